// The words of one language, found by how they sound.
import { keys, norm } from "./key.ts";
import { type Costs, costsOf, distance } from "./rank.ts";
import { roman } from "./roman.ts";
import type { Script } from "./scripts.ts";

interface Entry {
  word: string;
  normed: string;
  /** Natural logarithm of how often the word is used. */
  frequency: number;
}

interface Shelf {
  entries: Entry[];
  sorted: boolean;
}

const TURN = 8; // ms of work before the page gets its turn
// In a file: the byte that stands for nought, and the first of those that stand for the letters of a block.
const FIRST = 33;
const LATIN = 0x61;
const LETTERS = 0x80;
// An English word is meant less often than one of the language that is spelled alike (`are` is अरे before आर).
const ENGLISH = 1.5;

/** Words by key. Empty at first; what files hold and what the square says is added. */
export class Lexicon {
  readonly script: Script;
  readonly #costs: Costs;
  /** How many words were compared with what was typed, ever: for bench/typing.py, since clocks of busy machines tell little. */
  considered = 0;
  readonly #shelves = new Map<string, Shelf>();
  readonly #known = new Map<string, Entry>();

  constructor(script: Script) {
    this.script = script;
    this.#costs = costsOf(script.habit);
  }

  /** Take in a file that tools/lexicon.py wrote, a little at a time, so that nobody waits for it. */
  async read(file: Uint8Array): Promise<void> {
    let word: number[] = [];
    let until = performance.now() + TURN;
    for (let i = 0; i < file.length; ) {
      word = word.slice(0, file[i++]! - FIRST);
      while (file[i]! >= LETTERS) word.push(this.script.block + file[i++]! - LETTERS);
      const [text, frequency] = [String.fromCodePoint(...word), ((FIRST - file[i++]!) / 10) * Math.LN10];
      this.add(text, frequency);
      const from = i;
      while (file[i]! >= LATIN && file[i]! < LETTERS) i++;
      if (i > from) this.#put(text, frequency - ENGLISH, String.fromCodePoint(...file.subarray(from, i)));
      if (performance.now() > until) {
        await new Promise((go) => setTimeout(go));
        until = performance.now() + TURN;
      }
    }
  }

  /** One word; said again, it is as frequent as was said at most. */
  add(word: string, frequency: number): void {
    const known = this.#known.get(word);
    if (!known) this.#known.set(word, this.#put(word, frequency, roman(word, this.script)));
    else if (known.frequency < frequency) {
      known.frequency = frequency;
      for (const one of keys(known.normed)) this.#shelves.get(one)!.sorted = false;
    }
  }

  /** Make a word to be found by a spelling. */
  #put(word: string, frequency: number, spelling: string): Entry {
    const entry = { word, normed: norm(spelling, this.script), frequency };
    for (const one of keys(entry.normed)) {
      const shelf = this.#shelves.get(one);
      if (shelf) {
        shelf.entries.push(entry);
        shelf.sorted = false;
      } else this.#shelves.set(one, { entries: [entry], sorted: true });
    }
    return entry;
  }

  /** The words that were most likely meant by a Latin spelling, likeliest first. */
  find(latin: string, most: number): string[] {
    const best: { word: string; likely: number }[] = [];
    for (const [normed, one] of this.#places(latin.toLowerCase())) {
      for (const { word, normed: own, frequency } of this.#shelf(one)) {
        const least = best.length === most ? best[most - 1]!.likely : -Infinity;
        if (frequency <= least) break; // whatever follows is rarer, and a word can never be likelier than it is frequent
        this.considered++;
        const likely = frequency - distance(normed, own, this.#costs, frequency - least);
        if (likely <= least) continue;
        const before = best.findIndex((other) => other.word === word); // on two shelves, or spelled in two ways
        if (before >= 0) {
          if (likely <= best[before]!.likely) continue;
          best.splice(before, 1);
        }
        const at = best.findIndex((other) => other.likely < likely);
        best.splice(at < 0 ? best.length : at, 0, { word, likely });
        best.length = Math.min(best.length, most);
      }
    }
    return best.map((one) => one.word);
  }

  /** What a spelling is compared as, and the shelves to look at. */
  *#places(latin: string): Iterable<[string, string]> {
    const { either } = this.script;
    const meant = new Set([latin, either ? latin.replace(...either) : latin].map((one) => norm(one, this.script)));
    for (const normed of meant) for (const one of keys(normed)) yield [normed, one];
  }

  #shelf(one: string): readonly Entry[] {
    const shelf = this.#shelves.get(one);
    if (!shelf) return [];
    if (!shelf.sorted) shelf.entries.sort((a, b) => b.frequency - a.frequency);
    shelf.sorted = true;
    return shelf.entries;
  }
}
