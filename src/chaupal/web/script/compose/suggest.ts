// Names after @ and tags after #, offered while one types. What may not be offered does not come from the server.
import { released } from "../page/press.ts";
import { say } from "../page/words.ts";
import { typed } from "./typed.ts";

interface Offer { text: string; about: string }

const PAUSE = 150; // ms without a key, before the server is asked

export class Suggestions {
  private readonly list = document.createElement("ul");
  private offers: Offer[] = [];
  private at = -1;
  private timer = 0;
  private asked = 0;

  constructor(private readonly text: HTMLTextAreaElement) {
    this.list.className = "offers";
    this.list.id = `${text.id}-offers`;
    this.list.role = "listbox";
    this.list.ariaLabel = say("offers");
    this.list.hidden = true;
    text.after(this.list);
    text.setAttribute("aria-autocomplete", "list");
    text.setAttribute("aria-controls", this.list.id);
    text.addEventListener("input", () => this.later());
    text.addEventListener("keydown", (event) => this.key(event), { capture: true });
    text.addEventListener("blur", () => void released().then(() => this.close()));
    this.list.addEventListener("pointerdown", (event) => {
      const found = (event.target as Element).closest("li");
      event.preventDefault();
      if (found) this.choose([...this.list.children].indexOf(found));
    });
  }

  private word(): string {
    const end = this.text.selectionEnd;
    return typed(this.text.value.slice(Math.max(0, end - 120), end));
  }

  private later(): void {
    clearTimeout(this.timer);
    const word = this.word();
    if (!word) this.close();
    else this.timer = window.setTimeout(() => void this.ask(word), PAUSE);
  }

  private async ask(word: string): Promise<void> {
    const turn = (this.asked += 1);
    try {
      const answer = await fetch(`/compose/suggest?q=${encodeURIComponent(word)}`, { credentials: "same-origin" });
      if (!answer.ok || turn !== this.asked || document.activeElement !== this.text) return;
      this.show((await answer.json()) as Offer[]);
    } catch {
      this.close(); // offline one types on without
    }
  }

  private show(offers: Offer[]): void {
    this.offers = offers;
    this.at = -1;
    this.list.replaceChildren(...offers.map((offer, n) => {
      const item = document.createElement("li");
      item.role = "option";
      item.id = `${this.list.id}-${n}`;
      const name = document.createElement("bdi");
      name.textContent = offer.text;
      const about = document.createElement("small");
      about.dir = "auto";
      about.textContent = offer.about;
      item.append(name, about);
      return item;
    }));
    this.list.hidden = offers.length === 0;
  }

  private close(): void {
    this.asked += 1;
    this.list.hidden = true;
    // What it points to may belong to others: the candidates of phonetic typing.
    if (this.text.getAttribute("aria-activedescendant")?.startsWith(this.list.id)) this.text.removeAttribute("aria-activedescendant");
  }

  private key(event: KeyboardEvent): void {
    if (this.list.hidden || event.isComposing) return;
    if (event.key === "ArrowDown") this.mark(Math.min(this.at + 1, this.offers.length - 1));
    else if (event.key === "ArrowUp") this.mark(Math.max(this.at - 1, 0));
    else if (event.key === "Escape") this.close();
    else if ((event.key === "Enter" && this.at >= 0) || event.key === "Tab") this.choose(Math.max(0, this.at));
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  private mark(at: number): void {
    this.at = at;
    [...this.list.children].forEach((item, n) => item.setAttribute("aria-selected", String(n === at)));
    this.list.children[at]?.scrollIntoView({ block: "nearest" });
    this.text.setAttribute("aria-activedescendant", `${this.list.id}-${at}`);
  }

  private choose(at: number): void {
    const word = this.word();
    const offer = this.offers[at];
    if (!offer || !word) return this.close();
    const end = this.text.selectionEnd;
    this.text.setRangeText(`${offer.text} `, end - word.length, end, "end");
    this.close();
    this.text.focus();
    this.text.dispatchEvent(new Event("input", { bubbles: true }));
    this.close();
  }
}
