// Menus of a post and of a person: one at a time, closed by Escape, by a press elsewhere and by scrolling, turned where the
// window ends. What only a browser can do (copy, share) is put into them when they open.
import { buttonIn, say } from "./words.ts";
import { toast } from "./toast.ts";

const MENU = "details.more";
const FAR = 60; // px that the page is scrolled with a menu open, before it closes: an item that is brought into view scrolls, too
const EDGE = 8; // px between a menu and the end of the window
const HEAD = 60; // px: the bar at the top

let from = 0;

const open = (): HTMLDetailsElement[] => [...document.querySelectorAll<HTMLDetailsElement>(`${MENU}[open]`)];

function close(but: Node | null = null): void {
  for (const one of open()) if (one !== but) one.open = false;
}

/** Where the window ends below: above the bar of places, where there is one. */
function floor(): number {
  const rail = document.querySelector(".rail")?.getBoundingClientRect();
  return rail && rail.top > innerHeight / 2 && rail.width > innerWidth / 2 ? rail.top : innerHeight;
}

/** Above its button where there is no room below, or as far up as it takes; and never over the sides. */
function turn(menu: HTMLElement): void {
  menu.style.translate = "";
  const { top, bottom, left, right, height } = menu.getBoundingClientRect();
  const wide = document.documentElement.clientWidth - EDGE;
  const button = menu.parentElement?.getBoundingClientRect() ?? menu.getBoundingClientRect();
  const over = bottom > floor() - EDGE;
  const up = button.top - height > HEAD ? button.top - height - top : floor() - EDGE - bottom;
  const aside = left < EDGE ? EDGE - left : right > wide ? wide - right : 0;
  menu.style.translate = `${aside}px ${over ? up : 0}px`;
}

const addressOf = (post: Element | null): string =>
  new URL(post?.querySelector<HTMLAnchorElement>(".by .when")?.getAttribute("href") ?? location.pathname, location.origin).href;

const wordsOf = (post: Element | null): string => post?.querySelector<HTMLElement>(":scope > .words, :scope > details .words")?.innerText.trim() ?? "";

const CAN: Record<string, (post: Element | null) => boolean> = {
  copy: () => "clipboard" in navigator,
  share: () => "share" in navigator,
  words: (post) => "clipboard" in navigator && wordsOf(post) !== "",
};

const ACTS: Record<string, (post: Element | null) => Promise<void>> = {
  copy: async (post) => { await navigator.clipboard.writeText(addressOf(post)); toast(say("copied")); },
  share: async (post) => navigator.share({ url: addressOf(post) }),
  words: async (post) => { await navigator.clipboard.writeText(wordsOf(post)); toast(say("copied")); },
};

function opened(menu: HTMLDetailsElement): void {
  close(menu);
  const list = menu.querySelector<HTMLElement>(".menu");
  if (!list) return;
  for (const name of (list.dataset["can"] ?? "").split(" ").reverse())
    if (CAN[name]?.(menu.closest("article"))) buttonIn(list, say(name)).dataset["do"] = name;
  delete list.dataset["can"];
  turn(list);
}

/** The sheet with the rest of the places goes, as by a press beside it; the way that opened it has the focus again. */
function lower(): void {
  if (!document.querySelector(".rail-more:target")) return;
  location.replace("#less");
  document.querySelector<HTMLElement>("#less")?.focus();
}

export function watchMenus(): void {
  document.addEventListener("toggle", (event) => { // it does not bubble
    if (event.target instanceof HTMLDetailsElement && event.target.matches(MENU) && event.target.open) opened(event.target);
  }, true);
  document.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    from = scrollY;
    const item = event.target.closest<HTMLElement>("[data-do]");
    if (item) void ACTS[item.dataset["do"] ?? ""]?.(item.closest("article")).catch(() => undefined); // sharing is called off, too
    close(event.target.closest(".menu :is(button, a)") ? null : event.target.closest(MENU));
  });
  document.addEventListener("keydown", (event) => {
    const [menu] = open();
    if (event.key !== "Escape") return;
    if (!menu) return lower();
    menu.open = false;
    menu.querySelector<HTMLElement>("summary")?.focus();
  });
  addEventListener("scroll", () => Math.abs(scrollY - from) > FAR && close(), { passive: true });
}
