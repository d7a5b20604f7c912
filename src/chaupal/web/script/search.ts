// Fields to search with, while one types: people and hashtags that may be meant, and what was searched for in this browser before.
import { forget, remembered } from "./page/searched.ts";
import { say } from "./page/words.ts";

interface Offer { text: string; about: string; href: string }

const PAUSE = 150; // ms without a key, before the server is asked

class Seek {
  private readonly list = document.createElement("ul");
  private readonly field: HTMLInputElement;
  private at = -1;
  private timer = 0;
  private asked = 0;

  constructor(form: HTMLFormElement) {
    this.field = form.querySelector<HTMLInputElement>("input[name=q]")!;
    this.list.className = "offers found";
    this.list.id = `${this.field.id}-found`;
    this.list.role = "listbox";
    this.list.ariaLabel = say("found");
    this.list.hidden = true;
    this.field.after(this.list);
    this.field.autocomplete = "off";
    this.field.role = "combobox";
    this.field.ariaExpanded = "false";
    this.field.setAttribute("aria-autocomplete", "list");
    this.field.setAttribute("aria-controls", this.list.id);
    this.field.addEventListener("input", () => this.later());
    this.field.addEventListener("focus", () => this.later());
    this.field.addEventListener("blur", () => this.close());
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
    this.list.addEventListener("click", (event) => this.go((event.target as Element).closest("li")));
    if (document.activeElement === this.field) this.later();
  }

  private later(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.ask(), this.field.value.trim() ? PAUSE : 0);
  }

  private async ask(): Promise<void> {
    const typed = this.field.value.trim(), turn = (this.asked += 1);
    if (!typed) return this.show(remembered().map((text) => ({ text, about: "", href: `/search?q=${encodeURIComponent(text)}` })), true);
    const answer = await fetch(`/search/suggest?q=${encodeURIComponent(typed)}`).catch(() => null);
    const offers = answer?.ok ? ((await answer.json()) as Offer[]) : [];
    if (turn === this.asked) this.show(offers, false);
  }

  private show(offers: Offer[], before: boolean): void {
    // The list of spellings is the one that typing in an Indian script opens: never two at once.
    if (!offers.length || document.activeElement !== this.field || document.querySelector(".candidates:not([hidden])")) return this.close();
    this.list.replaceChildren(...offers.map((offer, n) => this.row(offer.text, offer.about, offer.href, n)));
    if (before) this.list.append(this.row(say("forget"), say("recent"), "", offers.length));
    this.at = -1;
    this.list.hidden = false;
    this.field.ariaExpanded = "true";
    this.field.removeAttribute("aria-activedescendant");
  }

  private row(text: string, about: string, href: string, n: number): HTMLLIElement {
    const row = document.createElement("li");
    row.role = "option";
    row.id = `${this.list.id}-${n}`;
    row.dataset["href"] = href;
    const name = document.createElement(href ? "bdi" : "span");
    name.textContent = text;
    const more = document.createElement("small");
    more.textContent = about;
    row.append(name, more);
    return row;
  }

  private key(event: KeyboardEvent): void {
    if (this.list.hidden || event.isComposing) return;
    const rows = [...this.list.children] as HTMLLIElement[];
    if (event.key === "Escape") this.close();
    else if (event.key === "Enter" && this.at >= 0) this.go(rows[this.at] ?? null);
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") this.move(rows, event.key === "ArrowDown" ? 1 : -1);
    else return;
    event.preventDefault();
  }

  private move(rows: HTMLLIElement[], by: number): void {
    this.at = ((this.at + by + 1 + rows.length + 1) % (rows.length + 1)) - 1; // one place more: none
    rows.forEach((row, n) => (row.ariaSelected = String(n === this.at)));
    const row = rows[this.at];
    if (row) this.field.setAttribute("aria-activedescendant", row.id);
    else this.field.removeAttribute("aria-activedescendant");
    row?.scrollIntoView({ block: "nearest" });
  }

  private go(row: HTMLLIElement | null): void {
    if (!row) return;
    if (row.dataset["href"]) return location.assign(row.dataset["href"]);
    forget();
    this.close();
  }

  private close(): void {
    clearTimeout(this.timer);
    this.list.hidden = true;
    this.field.ariaExpanded = "false";
    this.field.removeAttribute("aria-activedescendant");
  }
}

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-seek]")) new Seek(form);
