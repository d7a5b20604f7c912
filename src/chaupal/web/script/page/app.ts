// The pages as an app on the phone: a worker for when there is no network, a word where it can be installed, and push.
import { keptAs, recall } from "./kept.ts";
import { buttonIn, language, say } from "./words.ts";
import { toast } from "./toast.ts";

interface InstallEvent extends Event { prompt: () => Promise<void> }

const UNSENT = "chaupal.unsent:";
const AGAIN = 5_000; // ms between looks whether the square can be reached again

export function beAnApp(): void {
  if (!("serviceWorker" in navigator)) return;
  void navigator.serviceWorker.register("/worker.js", { scope: "/" }).catch(() => undefined);
  void navigator.serviceWorker.ready.then((ready) => ready.active?.postMessage({ language }));
  offerToInstall();
  void offerPush();
}

function offerToInstall(): void {
  const place = document.querySelector<HTMLElement>("[data-install]");
  if (!place) return;
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    place.replaceChildren();
    const button = buttonIn(place, say("install"));
    button.className = "second";
    button.addEventListener("click", () => void (event as InstallEvent).prompt(), { once: true });
  });
  addEventListener("appinstalled", () => place.replaceChildren());
}

async function offerPush(): Promise<void> {
  const place = document.querySelector<HTMLElement>("[data-push]");
  if (!place || !("PushManager" in window) || Notification.permission === "denied") return;
  const button = buttonIn(place, "");
  button.className = "second";
  const ready = await navigator.serviceWorker.ready;
  const csrf = place.dataset["push"] ?? "";
  const draw = async (): Promise<void> => {
    button.textContent = say((await ready.pushManager.getSubscription()) ? "push-off" : "push-on");
    place.hidden = false;
  };
  button.addEventListener("click", () => void turn(ready, csrf).then(draw));
  await draw();
}

async function turn(ready: ServiceWorkerRegistration, csrf: string): Promise<void> {
  const headers = { "content-type": "application/json" };
  const held = await ready.pushManager.getSubscription();
  try {
    if (held) {
      await held.unsubscribe();
      await fetch("/push/subscription", { method: "DELETE", headers, body: JSON.stringify({ csrf }) });
      return;
    }
    const key = (await (await fetch("/push/key")).json()) as { public_key: string };
    const subscription = await ready.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key.public_key });
    const body = JSON.stringify({ csrf, subscription: subscription.toJSON() });
    const answer = await fetch("/push/subscription", { method: "POST", headers, body });
    if (!answer.ok) throw new Error(String(answer.status));
  } catch {
    toast(say("failed"));
  }
}

/** On the page that stands in for others while there is no network: what was written and not sent. */
export function showUnsent(): void {
  const place = document.querySelector<HTMLElement>("[data-unsent]");
  if (!place) return;
  for (const key of keptAs(UNSENT)) {
    const text = document.createElement("p");
    text.className = "typed";
    text.dir = "auto";
    text.textContent = (JSON.parse(recall(key) || "{}") as { text?: string }).text ?? "";
    if (text.textContent) place.append(text);
  }
  place.hidden = !place.querySelector(".typed");
  comeBack();
}

/** Where the square can be reached again, the page that was asked for comes by itself. A server may be away while the network is there. */
function comeBack(): void {
  const there = location.pathname.startsWith("/offline/") ? "/" : location.href;
  const look = async (): Promise<void> => {
    if (document.hidden) return;
    const answer = await fetch("/manifest.webmanifest", { cache: "no-store" }).catch(() => null);
    if (answer?.ok) location.replace(there);
  };
  addEventListener("online", () => void look());
  document.addEventListener("visibilitychange", () => void look());
  if (!location.pathname.startsWith("/offline/")) setInterval(() => void look(), AGAIN);
}
