// The service worker. It keeps the files of the pages and a page for when there is no network, and no words of people:
// what is withheld tomorrow must not lie in a phone today. It shows what is pushed.
export {};

declare const self: ServiceWorkerGlobalScope & { FILES: string[]; OFFLINE: Record<string, string> };

const CACHE = `chaupal-${self.FILES.join().length}-${self.FILES.map((file) => file.slice(-16, -4)).join("")}`.slice(0, 200);
const LANGUAGE = "/offline/language"; // in the cache: the language in which the pages spoke last

async function keep(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll([...self.FILES, ...Object.values(self.OFFLINE)]);
  await self.skipWaiting();
}

async function forget(): Promise<void> {
  for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
  await self.clients.claim();
}

async function offline(): Promise<Response> {
  const cache = await caches.open(CACHE);
  const language = (await (await cache.match(LANGUAGE))?.text()) ?? navigator.language.slice(0, 2);
  const page = await cache.match(self.OFFLINE[language] ?? self.OFFLINE.en ?? "");
  return page ?? Response.error();
}

self.addEventListener("install", (event) => event.waitUntil(keep()));
self.addEventListener("activate", (event) => event.waitUntil(forget()));

self.addEventListener("message", (event) => {
  const language = (event.data as { language?: string }).language;
  if (language) event.waitUntil(caches.open(CACHE).then((cache) => cache.put(LANGUAGE, new Response(language))));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(fetch(request).catch(offline));
  else if (address.pathname.startsWith("/static/"))
    event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
});

interface Pushed { title?: string; body?: string; icon?: string; url?: string; notification_id?: number; preferred_locale?: string }

self.addEventListener("push", (event) => {
  const told = (event.data?.json() ?? {}) as Pushed;
  event.waitUntil(
    self.registration.showNotification(told.title || "चौपाल", {
      body: told.body ?? "", icon: told.icon ?? "", tag: `${told.notification_id ?? ""}${told.url ?? ""}`, lang: told.preferred_locale ?? "",
      data: { url: told.url ?? "/notifications" },
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const address = new URL((event.notification.data as { url: string }).url, location.origin);
  if (address.origin === location.origin) event.waitUntil(self.clients.openWindow(address.href));
});
