// Numbers that stay true while one looks: how many answered, reposted and liked what is on the screen, what is talked about,
// and how much is new for oneself. The server says what this viewer may know, in the digits of the page.
const EVERY = 30_000; // ms: the numbers on the screen
const SELDOM = 300_000; // ms: what is talked about
const MOST = 60; // posts on one screen
const WAIT = 600; // ms: of several things that come at once one is asked after

type Badges = Record<"notices" | "messages", string>;

const title = document.title;
let due = 0;

async function asked<T>(address: string): Promise<T | null> {
  const answer = await fetch(address, { credentials: "same-origin" }).catch(() => null);
  return answer?.ok ? ((await answer.json()) as T) : null;
}

/** How much is new, in the menu and before the page's title. Asked once for what comes together. */
export function recount(): void {
  if (!document.querySelector("[data-badge]")) return;
  clearTimeout(due);
  due = window.setTimeout(() => void asked<Badges>("/live/badges").then((found) => found && write(found)), WAIT);
}

function write(found: Badges): void {
  for (const badge of document.querySelectorAll<HTMLElement>("[data-badge]")) {
    const text = found[badge.dataset["badge"] as keyof Badges];
    const number = badge.querySelector("b");
    if (number) number.textContent = text;
    badge.hidden = !text;
  }
  document.title = found.notices ? `(${found.notices}) ${title}` : title;
}

function onScreen(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("article.post[data-of]")].filter((post) => {
    const { top, bottom } = post.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  }).slice(0, MOST);
}

async function countAnew(): Promise<void> {
  const posts = onScreen();
  if (!posts.length) return;
  const ids = posts.map((post) => post.dataset["of"]).join(",");
  const found = await asked<Record<string, string[]>>(`/live/counts?ids=${ids}`);
  for (const post of posts) {
    const numbers = found?.[post.dataset["of"] ?? ""];
    if (!numbers) continue;
    for (const place of post.querySelectorAll<HTMLElement>(".deeds [data-count]")) {
      const text = numbers[Number(place.dataset["count"])] ?? "";
      if (place.textContent !== text) place.textContent = text;
    }
  }
}

async function talkAnew(): Promise<void> {
  const old = document.querySelector(".side .talk:not(.meet)");
  if (!old?.checkVisibility()) return;
  const answer = await fetch("/live/trends", { credentials: "same-origin" }).catch(() => null);
  const page = answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  const fresh = page?.querySelector(".talk");
  if (fresh && fresh.textContent !== old.textContent) old.replaceWith(document.adoptNode(fresh));
}

let timers: number[] = [];

/** While the page is looked at. */
export function keepCounting(): void {
  stopCounting();
  timers = [setInterval(() => void countAnew(), EVERY), setInterval(() => void talkAnew(), SELDOM)];
}

export function stopCounting(): void {
  timers.forEach(clearInterval);
  timers = [];
}

/** Somebody comes back to the page. */
export function countAtOnce(): void {
  recount();
  void countAnew();
  void talkAnew();
}
