// Lists of what came to oneself (notifications, messages) are written anew when something comes. What stands there as it did is
// left in its place, so that nothing jumps and no focus is lost.
import { pageAt } from "./ask.ts";

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
