// Pages that tell how far something is (an import, an export, a move, many decisions) are asked for again until it is over. They change
// where they stand: what one stands at or has typed stays, and a line that is read out when it changes is.
import { pageAt } from "./ask.ts";
import { goOnAt } from "./walk.ts";

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
