// Keys for the office: j and k walk, o opens, p proposes, a approves, n writes a note, / searches, ? says so. Everything works without.
import { watchNames } from "./office/names.ts";
import { onKeys } from "./page/keys.ts";

const rows = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>("[data-row]")];

const rowInFocus = (): HTMLElement | null => document.activeElement?.closest<HTMLElement>("[data-row]") ?? null;

function show(element: HTMLElement | null | undefined, focus: HTMLElement | null = element ?? null): void {
  element?.scrollIntoView({ block: "center" });
  focus?.focus({ preventScroll: true });
}

function walk(by: 1 | -1): void {
  const all = rows();
  if (!all.length) {
    document.querySelector<HTMLElement>(by > 0 ? "[data-next]" : "[data-previous]")?.click();
    return;
  }
  const row = rowInFocus();
  const at = row ? all.indexOf(row) : -1;
  show(all[Math.max(0, Math.min(all.length - 1, at < 0 ? 0 : at + by))]);
}

function open(): void {
  const row = rowInFocus();
  const curtain = (row ?? document).querySelector<HTMLDetailsElement>("details.curtain");
  const link = row?.querySelector<HTMLElement>("h2 a, h3 a");
  if (link) link.click();
  else if (curtain) curtain.open = !curtain.open;
}

function into(selector: string, field: string): void {
  const found = document.querySelector<HTMLElement>(selector);
  show(found, found?.querySelector<HTMLElement>(field));
}

function help(): void {
  const keys = document.querySelector<HTMLDetailsElement>("details.keys");
  if (!keys) return;
  keys.open = true;
  show(keys, keys.querySelector("summary"));
}

onKeys({
  j: () => walk(1),
  k: () => walk(-1),
  o: open,
  p: () => into("[data-propose]", "input:checked, select"),
  a: () => into("[data-approve]", "button"),
  x: () => rowInFocus()?.querySelector<HTMLInputElement>("input[type=checkbox]")?.click(),
  n: () => into("#notes", "textarea"),
  "/": () => into(".desk", "[data-find]"),
  "?": help,
});

watchNames();
