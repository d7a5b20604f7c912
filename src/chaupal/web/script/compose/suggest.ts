// Names after @ and tags after #, offered while one types. What may not be offered does not come from the server.
import { released } from "../page/press.ts";
import { say } from "../page/words.ts";
import { stand, type Field } from "../typing/place.ts";
import { typed } from "./typed.ts";

interface Offer { text: string; about: string }

const PAUSE = 150; // ms without a key, before the server is asked
const SPELLED = 2; // of a tag in Latin letters, so many spellings are asked for, too
const MOST = 7;

export class Suggestions {
  private readonly list = document.createElement("ul");
  private offers: Offer[] = [];
  private at = -1;
  private timer = 0;
  private asked = 0;
  private waiting = false; // for what is offered
  private hurried = false; // Enter came before it did

  constructor(private readonly text: Field, private readonly typing: (before: string) => string = typed) {
    this.list.className = "offers";
    this.list.id = `${text.id}-offers`;
    this.list.role = "listbox";
    this.list.ariaLabel = say("offers");
    this.list.hidden = true;
    text.after(this.list);
    text.dataset["offers"] = "";
    text.setAttribute("aria-autocomplete", "list");
    text.setAttribute("aria-controls", this.list.id);
    const field: HTMLElement = text;
    field.addEventListener("input", () => this.later());
    field.addEventListener("keydown", (event) => this.key(event), { capture: true });
    field.addEventListener("blur", () => void released().then(() => this.close()));
    this.list.addEventListener("pointerdown", (event) => {
      const found = (event.target as Element).closest("li");
      event.preventDefault();
      if (found) this.choose([...this.list.children].indexOf(found));
    });
  }

  private caret(): number {
    return this.text.selectionEnd ?? this.text.value.length;
  }

  /** What is being typed, as it stands there: in a field of names the sigil may be missing. */
  private length(): number {
    const word = this.word();
    return this.text.value.slice(0, this.caret()).endsWith(word) ? word.length : word.length - 1;
  }

  private word(): string {
    const end = this.caret();
    return this.typing(this.text.value.slice(Math.max(0, end - 120), end));
  }

  private later(): void {
    clearTimeout(this.timer);
    const word = this.word();
    this.waiting = word !== "";
    this.hurried = false;
    if (!word) this.close();
    else this.timer = window.setTimeout(() => void this.ask(word), PAUSE);
  }

  private async ask(word: string): Promise<void> {
    const turn = (this.asked += 1);
    const spelled = this.spellings(word);
    const asked = [...spelled.slice(0, SPELLED), word];
    const answers = await Promise.all(asked.map(offersFor));
    if (turn !== this.asked || document.activeElement !== this.text) return;
    // Each spelling, then the tags that begin so; what was typed in Latin letters last, unless it is a tag itself.
    const known = new Map(answers.flat().map((offer) => [offer.text, offer]));
    const texts = asked.flatMap((one, n) => [...(one !== word || known.has(word) ? [one] : []), ...(answers[n] ?? []).map((offer) => offer.text)]);
    const offers = [...new Set(texts)].slice(0, MOST).map((one) => known.get(one) ?? { text: one, about: "" });
    this.waiting = false;
    this.show(offers);
    if (this.hurried) this.hurry(offers.length > 0);
  }

  /** Where one types in Latin letters: how the tag may be spelled (typist.ts hears the question, where it is turned on). */
  private spellings(word: string): string[] {
    if (word.startsWith("@")) return [];
    const asked = { latin: word.slice(1), words: [] as string[] };
    this.text.dispatchEvent(new CustomEvent("spellings", { bubbles: true, detail: asked }));
    return asked.words.map((one) => `#${one}`);
  }

  /** Enter was pressed while the answer was on its way: it takes the name, or begins a line where nothing is offered. */
  private hurry(any: boolean): void {
    this.hurried = false;
    if (any) return this.choose(0);
    if (this.text instanceof HTMLInputElement) return this.text.form?.requestSubmit(); // no lines there: as Enter would have done
    this.text.setRangeText("\n", this.text.selectionStart, this.text.selectionEnd, "end");
    this.text.dispatchEvent(new Event("input", { bubbles: true }));
  }

  private show(offers: Offer[]): void {
    this.offers = offers;
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
    if (!offers.length) return;
    stand(this.list, this.text, this.caret() - this.length());
    this.mark(0);
  }

  private close(): void {
    this.asked += 1;
    this.waiting = false;
    this.list.hidden = true;
    // What it points to may belong to others: the candidates of phonetic typing.
    if (this.text.getAttribute("aria-activedescendant")?.startsWith(this.list.id)) this.text.removeAttribute("aria-activedescendant");
  }

  private key(event: KeyboardEvent): void {
    if (event.isComposing) return;
    if (this.list.hidden) return this.early(event);
    if (event.key === "ArrowDown") this.mark(Math.min(this.at + 1, this.offers.length - 1));
    else if (event.key === "ArrowUp") this.mark(Math.max(this.at - 1, 0));
    else if (event.key === "Escape") this.close();
    else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") this.choose(Math.max(0, this.at));
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  private early(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey || !this.waiting || !this.word().startsWith("@")) return;
    this.hurried = true;
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
    const end = this.caret();
    this.text.setRangeText(`${offer.text} `, end - this.length(), end, "end");
    this.close();
    this.text.focus();
    this.text.dispatchEvent(new Event("input", { bubbles: true }));
    this.close();
  }
}

async function offersFor(word: string): Promise<Offer[]> {
  try {
    const answer = await fetch(`/compose/suggest?q=${encodeURIComponent(word)}`, { credentials: "same-origin" });
    return answer.ok ? ((await answer.json()) as Offer[]) : [];
  } catch {
    return []; // offline one types on without
  }
}
