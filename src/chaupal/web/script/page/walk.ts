// Single keys for reading: j and k walk from post to post, l likes, b reposts, s saves, r answers, o opens, n writes,
// / searches, ? shows them all. Whoever does not want them turns them off in the list (WCAG 2.1.4).
import { keep, recall } from "./kept.ts";
import { onKeys } from "./keys.ts";

const OFF = "chaupal.keys-off";
const POSTS = "main article[id]";
const TOP = 80; // px: what the bar at the top hides

const posts = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(POSTS)].filter((post) => post.checkVisibility());

function current(): HTMLElement | null {
  const focused = document.activeElement?.closest<HTMLElement>(POSTS);
  return focused ?? posts().find((post) => post.getBoundingClientRect().bottom > TOP) ?? null;
}

/** Whoever reads by keys or by ear goes on from here. */
export function goOnAt(place: HTMLElement | null | undefined): void {
  if (!place) return;
  if (place.tabIndex < 0) place.tabIndex = -1; // a button stays one that Tab reaches
  place.focus({ preventScroll: true });
}

function walk(by: 1 | -1): void {
  const all = posts();
  const focused = document.activeElement?.closest<HTMLElement>(POSTS);
  const at = focused ? all.indexOf(focused) + by : all.indexOf(current() as HTMLElement);
  const post = all[Math.max(0, Math.min(all.length - 1, at))];
  if (!post) return;
  goOnAt(post);
  post.scrollIntoView({ block: "start" });
}

const press = (selector: string) => (): void => current()?.querySelector<HTMLElement>(selector)?.click();

function write(): void {
  const text = document.querySelector<HTMLElement>("form.sheet textarea");
  if (text) text.focus();
  else location.assign("/compose");
}

function search(): void {
  const fields = document.querySelectorAll<HTMLElement>("input[type=search]");
  const seen = [...fields].find((field) => field.offsetParent);
  if (seen) seen.focus();
  else location.assign("/search");
}

function help(): void {
  const dialog = document.querySelector<HTMLDialogElement>("#keys");
  if (dialog?.open) dialog.close();
  else dialog?.showModal();
}

export function walkByKeys(): void {
  const choice = document.querySelector<HTMLInputElement>("#keys input");
  if (!choice || document.querySelector(".desk")) return; // the office has keys of its own: office.ts
  choice.checked = !recall(OFF);
  choice.addEventListener("change", () => {
    keep(OFF, choice.checked ? "" : "1");
  });
  onKeys({
    j: () => walk(1), k: () => walk(-1), l: press(".love"), b: press("[formaction$=repost]"), s: press("[formaction$=save]"),
    r: press("a[href$='#answer']"), o: press(".when"), n: write, "/": search, "?": help,
  }, () => choice.checked);
}
