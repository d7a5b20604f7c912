// Whether and how somebody types, remembered in their browser; and what the page tells scripts about typing.
import { keep, recall } from "../page/kept.ts";

export type Mode = "off" | "phonetic" | "inscript";

const PLACE = "chaupal.typing";
const MODES: readonly Mode[] = ["off", "phonetic", "inscript"];

export function mode(): Mode {
  return MODES.find((one) => one === recall(PLACE)) ?? "off";
}

/** Switch to a mode; `off` and back leads to the one that was on before. */
export function switchTo(next: Mode): void {
  keep(PLACE, next);
  if (next !== "off") keep(`${PLACE}.on`, next);
}

export function lastOn(): Mode {
  return recall(`${PLACE}.on`) === "inscript" ? "inscript" : "phonetic";
}

const kit = document.querySelector<HTMLTemplateElement>("#typing");

/** A sentence of templates/typing.html in the language of the page. */
export function say(name: string): string {
  return kit?.content.querySelector(`[data-word=${name}]`)?.textContent ?? "";
}

/** Where a file for typing is: the engine, or the words of a language. */
export function address(name: string): string {
  return kit?.content.querySelector<HTMLAnchorElement>(`[data-file="${name}"]`)?.getAttribute("href") ?? "";
}

/** The language that is typed in a field: what its form says, else that of the page, else Hindi. */
export function languageOf(field: Element, known: (language: string) => boolean): string {
  const said = field.closest("form")?.querySelector<HTMLSelectElement>("select[name=language]")?.value ?? "";
  return [said, document.documentElement.lang].find(known) ?? "hi";
}
