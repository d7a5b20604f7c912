// What was searched for in this browser before: kept here and nowhere else, also when Enter came before the script that offers it.
import { keep } from "./kept.ts";
import { keepLately, lately } from "./lately.ts";

const KEPT = "chaupal.searches";
const MOST = 6; // searches that are remembered

export const remembered = (): string[] => lately(KEPT);

export function forget(): void {
  keep(KEPT, "");
}

export function rememberSearches(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    const text = form.matches("[data-seek]") && form.querySelector<HTMLInputElement>("input[name=q]")?.value.trim();
    if (text) keepLately(KEPT, text, MOST);
  });
}
