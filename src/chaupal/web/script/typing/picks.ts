// What somebody chose before, kept in their own browser: a Latin spelling and the word they meant by it.

const MOST = 600;

export class Picks {
  readonly #place: string;
  #words: Map<string, string>;

  constructor(language: string) {
    this.#place = `chaupal.picks.${language}`;
    this.#words = read(this.#place);
  }

  /** The word that was last chosen for a spelling. */
  of(latin: string): string | undefined {
    return this.#words.get(latin.toLowerCase());
  }

  /** From now on this spelling means this word first; the oldest picks make room. */
  learn(latin: string, word: string): void {
    const spelling = latin.toLowerCase();
    this.#words.delete(spelling);
    this.#words.set(spelling, word);
    this.#words = new Map([...this.#words].slice(-MOST));
    try {
      localStorage.setItem(this.#place, JSON.stringify([...this.#words]));
    } catch {
      // A browser that keeps nothing forgets the pick when the page goes.
    }
  }
}

function read(place: string): Map<string, string> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(place) ?? "[]");
    return new Map(Array.isArray(kept) ? (kept as [string, string][]) : []);
  } catch {
    return new Map();
  }
}
