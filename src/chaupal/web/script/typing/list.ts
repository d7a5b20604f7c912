// The candidates under the caret: a listbox that the field points into, so that a screen reader says what one is at.
import { type Field, stand } from "./place.ts";

const TOLD = ["aria-controls", "aria-autocomplete", "aria-activedescendant"];

/** One list for the page; it stands beside the field that it is about, also in a dialog. */
export class CandidateList {
  readonly #box = document.createElement("ol");
  readonly #voice = document.createElement("span");
  readonly #say: (n: number) => string;
  #field: Field | null = null;
  #active = -1;
  #before: (string | null)[] = []; // what else the field tells: it may have suggestions of other kinds

  constructor(name: string, say: (n: number) => string, choose: (index: number) => void) {
    this.#say = say;
    this.#box.id = "candidates";
    this.#box.className = "candidates";
    this.#box.setAttribute("role", "listbox");
    this.#box.setAttribute("aria-label", name);
    this.#voice.className = "unseen";
    this.#voice.setAttribute("aria-live", "polite");
    // Not `click`: the field must not lose the caret.
    this.#box.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const option = (event.target as Element).closest("[role=option]");
      if (option) choose([...this.#box.children].indexOf(option));
    });
  }

  get open(): boolean {
    return this.#field !== null;
  }

  get active(): number {
    return this.#active;
  }

  get size(): number {
    return this.#box.children.length;
  }

  /** Show the words at a place in the field; without a place (a tag, which has suggestions of its own) below it. */
  show(field: Field, words: readonly string[], active: number, language: string, at: number | null): void {
    if (this.#field !== field) this.close();
    const counted = words.length !== this.size || !this.open;
    this.#box.replaceChildren(...words.map((word, i) => option(word, i, language)));
    if (this.#field !== field) {
      field.after(this.#box, this.#voice);
      this.#before = TOLD.map((name) => field.getAttribute(name));
    }
    this.#field = field;
    field.setAttribute("aria-controls", this.#box.id);
    field.setAttribute("aria-autocomplete", "list");
    if (counted) this.#voice.textContent = this.#say(words.length);
    stand(this.#box, field, at);
    this.mark(active);
  }

  /** Make the candidate the one that Space and Enter take; -1: none. */
  mark(active: number): void {
    this.#active = active;
    [...this.#box.children].forEach((one, i) => one.setAttribute("aria-selected", String(i === active)));
    if (active < 0) this.#field?.removeAttribute("aria-activedescendant");
    else this.#field?.setAttribute("aria-activedescendant", `candidate${active}`);
  }

  close(): void {
    TOLD.forEach((name, i) => {
      const before = this.#before[i];
      if (before) this.#field?.setAttribute(name, before);
      else this.#field?.removeAttribute(name);
    });
    this.#field = null;
    this.#active = -1;
    this.#box.remove();
    this.#voice.remove();
  }
}

function option(word: string, i: number, language: string): HTMLLIElement {
  const made = document.createElement("li");
  made.id = `candidate${i}`;
  made.setAttribute("role", "option");
  if (!/^[A-Za-z]/.test(word)) made.lang = language;
  made.dir = "auto";
  const number = document.createElement("span");
  number.className = "soft";
  number.setAttribute("aria-hidden", "true");
  number.textContent = String(i + 1);
  made.append(number, ` ${word}`);
  return made;
}
