// Lists of what came to oneself (notifications, messages) are written anew when something comes. What stands there as it did is
// left in its place, so that nothing jumps and no focus is lost.
import { pageAt } from "./ask.ts";
import { goOnAt } from "./walk.ts";

let asking = false, again = false;

/** `kind`: notice or message. */
export async function writeAnew(kind: string): Promise<void> {
  const place = document.querySelector<HTMLElement>(`[data-refresh="${kind}"]`);
  if (!place) return;
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  try {
    const page = await pageAt(location.pathname + location.search);
    const fresh = page.querySelector<HTMLElement>("[data-refresh]");
    if (fresh) put(place, fresh);
  } finally {
    asking = false;
  }
  if (again) {
    again = false;
    await writeAnew(kind);
  }
}

function put(place: HTMLElement, fresh: HTMLElement): void {
  const known = new Map([...place.children].map((one) => [one.id, one]));
  const came: Element[] = [];
  let at = place.firstElementChild;
  for (const one of [...fresh.children]) {
    const old = one.id ? known.get(one.id) : undefined;
    known.delete(one.id);
    if (old && (same(old, one) || old.contains(document.activeElement))) {
      if (old === at) at = at.nextElementSibling;
      else place.insertBefore(old, at);
      continue;
    }
    const mine = document.adoptNode(one);
    came.push(mine);
    if (old === at) at = old?.nextElementSibling ?? null;
    if (old) old.replaceWith(mine);
    else place.insertBefore(mine, at);
  }
  for (const one of known.values()) if (!one.contains(document.activeElement)) one.remove();
  document.dispatchEvent(new CustomEvent("fresh"));
  if (came.length) document.dispatchEvent(new CustomEvent("came", { detail: came })); // what was told of them meanwhile found nothing
}

/** What it says and where it leads, whenever it says it. */
function same(one: Element, other: Element): boolean {
  const [a, b] = [one, other].map((of) => {
    const copy = of.cloneNode(true) as Element;
    for (const moving of copy.querySelectorAll("time, .count, form")) moving.remove();
    const leads = [...copy.querySelectorAll("[href], [src]")].map((link) => link.getAttribute("href") ?? link.getAttribute("src"));
    return leads.join() + (copy.textContent ?? "").replace(/\s+/g, " ");
  });
  return a === b && one.className === other.className;
}

/** A page that tells how far something is, asked for again until it is over. It changes where it stands: what one stands at or has
 *  typed stays, and a line that is read out when it changes is. */
export function followProgress(): void {
  const seconds = Number(document.querySelector<HTMLMetaElement>("meta[name=again]")?.content);
  if (seconds) setTimeout(() => void askAgain(), seconds * 1_000);
}

async function askAgain(): Promise<void> {
  const page = await pageAt(location.pathname + location.search).catch(() => null);
  const [here, there] = [document.querySelector("main"), page?.querySelector("main")];
  if (here && there) {
    const stood = here.contains(document.activeElement);
    become(here, there);
    if (stood && !here.contains(document.activeElement)) goOnAt(here.querySelector<HTMLElement>("[role=status]") ?? here);
  }
  if (!page || page.querySelector("meta[name=again]")) followProgress();
}

const kindOf = (one: Node): string => (one instanceof Element ? `${one.nodeName} ${one.getAttribute("class") ?? ""}` : one.nodeName);

/** What is of a kind becomes what stands there now, what is new is put before the rest, what is gone goes. What somebody has folded or
 *  unfolded stays so. */
function become(here: Node, there: Node): void {
  if (here.isEqualNode(there)) return;
  if (here instanceof Text) here.data = there.textContent ?? "";
  if (!(here instanceof Element && there instanceof Element)) return;
  for (const { name, value } of there.attributes) if (name !== "open") here.setAttribute(name, value);
  const rest = [...here.childNodes];
  for (const other of [...there.childNodes]) {
    const at = rest.findIndex((one, n) => kindOf(one) === kindOf(other) && (n === 0 || one instanceof Element));
    const [mine, ...gone] = rest.splice(0, at + 1).reverse();
    for (const one of gone) one.remove();
    if (mine) become(mine, other);
    else here.insertBefore(other, rest[0] ?? null);
  }
  for (const one of rest) one.remove();
}
