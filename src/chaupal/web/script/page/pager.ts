// Lists go on by themselves where their end comes near; the link to the next page stays beneath. Whoever comes back
// stands where they stood: the pages are asked for anew then, so that nothing stands there that is withheld by now.
import { pageAt } from "./ask.ts";
import { say } from "./words.ts";
import { toast } from "./toast.ts";

const NEXT = ".turn a[rel=next]";
const NEAR = "1200px"; // before the end of the list
const MOST = 25; // pages in one go: a phone must hold them

interface Place { pages: string[]; mark: string; top: number }

let turned: string[] = [];

export const listHere = (): HTMLElement | null => document.querySelector<HTMLElement>("[data-list]");

/** Put the posts of a page to the list, those that stand there already left out; how many there were. */
export function put(page: Document, where: "end" | "start"): number {
  const list = listHere();
  const found = page.querySelector("[data-list]");
  if (!list || !found) return 0;
  const fresh = [...found.children].filter((child) => !child.id || !document.getElementById(child.id));
  const mine = fresh.map((child) => document.adoptNode(child));
  if (where === "end") list.append(...mine);
  else list.prepend(...mine);
  document.dispatchEvent(new CustomEvent("fresh"));
  document.dispatchEvent(new CustomEvent("came", { detail: mine }));
  return mine.length;
}

async function turn(link: HTMLAnchorElement): Promise<void> {
  const place = link.closest(".turn");
  const list = listHere();
  if (!place || !list || place.ariaBusy === "true") return;
  place.ariaBusy = "true";
  const address = link.href;
  try {
    const page = await pageAt(address);
    put(page, "end");
    turned.push(address);
    const next = page.querySelector<HTMLAnchorElement>(NEXT);
    if (next) link.setAttribute("href", next.getAttribute("href") ?? "");
    else place.remove();
  } catch {
    toast(say("offline"));
  }
  place.ariaBusy = "false";
}

function remember(): void {
  const posts = [...(listHere()?.children ?? [])];
  const first = posts.find((post) => post.id && post.getBoundingClientRect().bottom > 0);
  if (!first) return;
  const place: Place = { pages: turned, mark: first.id, top: first.getBoundingClientRect().top };
  history.replaceState({ ...(history.state ?? {}), place }, "");
}

async function restore(place: Place): Promise<void> {
  history.scrollRestoration = "manual";
  for (const address of place.pages.slice(0, MOST)) {
    const link = document.querySelector<HTMLAnchorElement>(NEXT);
    if (!link || document.getElementById(place.mark)) break;
    link.href = address;
    await turn(link);
  }
  const post = document.getElementById(place.mark);
  if (post) window.scrollBy({ top: post.getBoundingClientRect().top - place.top, behavior: "instant" });
}

export async function turnPages(): Promise<void> {
  const link = document.querySelector<HTMLAnchorElement>(NEXT);
  if (!listHere()) return;
  addEventListener("pagehide", remember);
  const place = (history.state as { place?: Place } | null)?.place;
  const [entry] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  if (place && entry?.type !== "navigate") await restore(place);
  if (!link) return;
  const seen = new IntersectionObserver((entries) => {
    const end = document.querySelector<HTMLAnchorElement>(NEXT);
    if (!end) seen.disconnect();
    else if (turned.length < MOST && entries.some((one) => one.isIntersecting)) {
      void turn(end).then(() => { seen.unobserve(end); if (end.isConnected) seen.observe(end); });
    }
  }, { rootMargin: NEAR });
  seen.observe(link);
}
