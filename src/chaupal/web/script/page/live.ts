// What is new is counted while one reads and comes when one asks for it: nothing jumps. What is withheld or deleted meanwhile
// goes at once, and whenever the stream opens the page asks what it missed. The stream tells ids only; the words come with the
// page, judged when they are asked for. One connection brings it all, and none is held by a page that nobody looks at.
import { pageAt } from "./ask.ts";
import { listHere, put } from "./pager.ts";
import { anyHere, away, catchUp, changed, checkWhatCame, gone } from "./still.ts";
import { writeAnew } from "./anew.ts";
import { countAtOnce, keepCounting, recount, stopCounting } from "./counts.ts";
import { say } from "./words.ts";
import { toast } from "./toast.ts";
import { goOnAt } from "./walk.ts";

const AWAY = 30_000; // ms of not looking, after which the page asks what was missed
const HERE = "/live?of=here"; // pages to which nothing comes hear only what goes
const FULL = 20; // posts of one page: there may be more

let source: EventSource | null = null;
let left = 0;
const waiting = new Set<string>();

function count(pill: HTMLElement | null): void {
  if (!pill) return;
  pill.hidden = waiting.size === 0;
  const button = pill.querySelector("button");
  if (button) button.textContent = say("fresh", waiting.size);
}

function listen(pill: HTMLElement | null): void {
  source = new EventSource(pill?.dataset["live"] ?? HERE);
  source.addEventListener("open", () => void catchUp().catch(() => undefined));
  source.addEventListener("update", (event) => {
    const id = String(event.data);
    if (!document.getElementById(`p${id}`)) waiting.add(id);
    count(pill);
  });
  source.addEventListener("delete", (event) => {
    waiting.delete(String(event.data));
    gone(String(event.data));
    count(pill);
  });
  source.addEventListener("away", (event) => away(String(event.data)));
  source.addEventListener("status.update", (event) => changed(String(event.data)));
  for (const kind of ["notice", "message"]) source.addEventListener(kind, () => {
    recount();
    void writeAnew(kind).then(recount, () => undefined); // what stands before one's eyes is read
  });
  keepCounting();
}

function stop(): void {
  left = Date.now();
  stopCounting();
  source?.close();
  source = null;
}

async function missed(pill: HTMLElement): Promise<void> {
  const page = await pageAt(location.pathname + location.search);
  for (const post of page.querySelectorAll("[data-list] > [id]"))
    if (!document.getElementById(post.id)) waiting.add(post.id.slice(1));
  count(pill);
}

async function show(pill: HTMLElement): Promise<void> {
  try {
    const page = await pageAt(location.pathname + location.search);
    const posts = page.querySelectorAll("[data-list] > [id]");
    const known = [...posts].some((post) => document.getElementById(post.id));
    if (!known && posts.length >= FULL && listHere()?.childElementCount) return location.reload(); // a gap would stand between
    put(page, "start");
    waiting.clear();
    count(pill);
    goOnAt(listHere()?.querySelector<HTMLElement>(":scope > [id]"));
    scrollTo({ top: 0 });
  } catch {
    toast(say("offline"));
  }
}

export function listenHere(): void {
  const pill = document.querySelector<HTMLElement>("[data-live]");
  if (!pill && !anyHere() && !document.querySelector("[data-badge]")) return;
  const button = document.createElement("button");
  button.type = "button";
  button.addEventListener("click", () => pill && void show(pill));
  pill?.append(button);
  document.addEventListener("came", (event) => {
    const came = (event as CustomEvent<HTMLElement[]>).detail;
    for (const one of came) waiting.delete(one.id.slice(1));
    count(pill);
    void checkWhatCame(came).catch(() => undefined);
  });
  const resume = (): void => {
    if (source) return;
    listen(pill);
    countAtOnce();
    for (const kind of ["notice", "message"]) void writeAnew(kind).catch(() => undefined);
    if (pill && Date.now() - left > AWAY) void missed(pill).catch(() => undefined);
  };
  // A browser opens six connections to a server: only pages that are looked at hold one.
  document.addEventListener("visibilitychange", () => (document.hidden ? stop() : resume()));
  addEventListener("pagehide", stop);
  addEventListener("pageshow", (event) => (event as PageTransitionEvent).persisted && resume()); // back from the browser's own store of pages
  if (!document.hidden) listen(pill);
}
