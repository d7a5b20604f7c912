// Typing in Latin letters: candidates as one types, Space or Enter or a number takes one, Backspace takes it back.
import { CandidateList } from "./list.ts";
import { type Field, put, replace, type Word, wordAtCaret } from "./place.ts";
import { candidates, type Source } from "./suggest.ts";

const STOP = { ".": ["।", "."] } as const; // after a letter of a script whose sentences end so
const DANDA = new Set(["hi", "ne", "sa", "mai", "bn", "as", "or", "pa"]);

/** What was put last, so that Backspace right after can restore the Latin. */
interface Put {
  field: Field;
  start: number;
  text: string;
  latin: string;
}

const ENDS = /^[ ,!?;)।]$/; // a word is over; after a full stop or colon it may yet be an address

export class Phonetic {
  readonly #list: CandidateList;
  readonly #source: (field: Field) => Source;
  readonly #language: (field: Field) => string;
  #word: Word | null = null;
  #words: string[] = [];
  #put: Put | null = null;
  #kept: Omit<Put, "text"> | null = null; // the word of which somebody said that it stays Latin
  #early: (Word & { field: Field })[] = []; // typed before the words of the language had come
  #acting = false;
  #way = replace;

  constructor(name: string, say: (n: number) => string, source: (field: Field) => Source, language: (field: Field) => string) {
    this.#source = source;
    this.#language = language;
    this.#list = new CandidateList(name, say, (index) => this.#choose(index));
  }

  /** Something was typed: offer what it may be. */
  input(field: Field): void {
    if (this.#acting) return;
    if (this.#since(field) === null) this.#put = null;
    const stop = this.#stop(field);
    if (stop) return this.#offer(field, stop, STOP["."]);
    const word = wordAtCaret(field);
    // A tag in a field that offers tags is spelled in their list (`spellings`).
    if (!word || this.#stays(field, word) || (word.tag && field.hasAttribute("data-offers"))) return this.close();
    const words = candidates(word.latin, this.#source(field));
    if (words.length) this.#offer(field, word, words);
    else this.close();
  }

  /** How a word in Latin letters may be spelled, likeliest first; without itself. */
  spellings(field: Field, latin: string): string[] {
    return candidates(latin, this.#source(field)).filter((word) => word !== latin);
  }

  #offer(field: Field, word: Word, words: readonly string[]): void {
    this.#word = word;
    this.#words = [...words];
    this.#list.show(field, this.#words, word.tag ? -1 : 0, this.#language(field), word.tag ? null : word.start);
  }

  /** The full stop right before the caret, after a word in a script that ends its sentences with a danda. */
  #stop(field: Field): Word | null {
    const caret = field.selectionStart ?? 0;
    if (caret !== field.selectionEnd || !/[\u0900-\u0963\u0971-\u0b7f]\.$/.test(field.value.slice(0, caret)) || !DANDA.has(this.#language(field))) return null;
    const word = { latin: ".", start: caret - 1, end: caret, tag: false };
    return this.#stays(field, word) ? null : word;
  }

  /** A key, before the browser has it. What is done here is kept from it. */
  key(field: Field, event: KeyboardEvent): void {
    const done = this.#list.open ? this.#listKey(field, event.key) : this.#plainKey(field, event.key);
    if (!done) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** The field is left, or its form sent: what stands first is taken. */
  leave(field: Field): void {
    const at = this.#list.active;
    this.#way = put;
    if (at >= 0) this.#take(field, at);
    else this.#finish(field);
    this.#way = replace;
    this.close();
  }

  close(): void {
    this.#word = null;
    if (this.#list.open) this.#list.close();
  }

  #listKey(field: Field, key: string): boolean {
    const { active, size } = this.#list;
    const number = /^[1-9]$/.test(key) ? Number(key) : 0;
    if (number && number <= size) this.#choose(number - 1);
    else if (key === "ArrowDown") this.#list.mark((active + 1) % size);
    else if (key === "ArrowUp") this.#list.mark(active <= 0 ? size - 1 : active - 1);
    else if (key === "Escape") this.#keep(field);
    else if (key === "Enter" && active >= 0) {
      const stop = this.#word?.latin === ".";
      this.#take(field, active, active > 0 && !stop);
      return !stop; // a sentence is over, and so may its line be
    }
    else {
      if (active >= 0 && ENDS.test(key)) this.#take(field, active, active > 0 && this.#word?.latin !== ".");
      else if (this.#word?.latin === ".") this.close(); // it goes on: a number, an address
      return false; // the space itself is for the browser
    }
    return true;
  }

  #plainKey(field: Field, key: string): boolean {
    if (key === "Backspace") return this.#restore(field);
    if (!this.#source(field).ready) this.#wait(field, key);
    else if (key === " " || key === "Enter") this.#finish(field);
    return false;
  }

  #wait(field: Field, key: string): void {
    const word = ENDS.test(key) || key === "Enter" ? wordAtCaret(field) : null;
    if (word && !word.tag) this.#early.push({ ...word, field });
  }

  /** The words of a language have come: what was typed before is put, the last first, so that nothing moves; then the one at the caret. */
  came(field: Field): void {
    const source = this.#source(field);
    if (source.ready)
      for (const word of this.#early.splice(0).reverse())
        if (word.field === field && field.value.slice(word.start, word.end) === word.latin)
          this.#replace(field, word, candidates(word.latin, source)[0] ?? word.latin);
    this.input(field);
  }

  /** Take a word that waited behind a full stop or a colon. */
  #finish(field: Field): void {
    const word = wordAtCaret(field, true);
    if (!word || word.tag || this.#stays(field, word)) return;
    this.#replace(field, word, candidates(word.latin, this.#source(field))[0] ?? word.latin);
  }

  #choose(index: number): void {
    const field = document.activeElement as Field;
    this.#take(field, index, true);
  }

  #take(field: Field, index: number, learn = false): void {
    const [word, text] = [this.#word, this.#words[index]];
    this.close();
    if (!word || text === undefined) return;
    if (learn && word.latin !== ".") this.#source(field).picks.learn(word.latin, text);
    if (text === word.latin) this.#kept = { ...word, field };
    else this.#replace(field, word, text);
  }

  #replace(field: Field, word: Word, text: string): void {
    if (text === word.latin) return;
    this.#acting = true;
    this.#way(field, word.start, word.end, text);
    this.#acting = false;
    this.#put = { field, start: word.start, text, latin: word.latin };
  }

  #restore(field: Field): boolean {
    const [put, since] = [this.#put, this.#since(field)];
    this.#put = null;
    if (!put || since === null) return false;
    this.#kept = put;
    this.#acting = true;
    replace(field, put.start, put.start + put.text.length + since.length, put.latin);
    this.#acting = false;
    return true;
  }

  /** What was typed since a word was put, while the caret is right after it: at most the one letter that took it. */
  #since(field: Field): string | null {
    const [put, caret] = [this.#put, field.selectionStart];
    if (put?.field !== field || caret === null || caret !== field.selectionEnd) return null;
    const end = put.start + put.text.length;
    const since = field.value.slice(end, Math.max(end, caret));
    return caret >= end && field.value.slice(put.start, end) === put.text && /^[ ,!?;).:।\n]?$/.test(since) ? since : null;
  }

  #keep(field: Field): void {
    if (this.#word) this.#kept = { ...this.#word, field };
    this.close();
  }

  #stays(field: Field, word: Word): boolean {
    const { start, latin } = this.#kept ?? word;
    // What is neither longer nor a letter shorter is another word: the one that was kept is sent with its post, or gone.
    const same = this.#kept?.field === field && start === word.start && (word.latin.startsWith(latin) || word.latin === latin.slice(0, -1));
    this.#kept = same ? { ...word, field } : null;
    return same;
  }
}
