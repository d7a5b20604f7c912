// What is offered for a Latin spelling: what was picked before, words of the lexicon, the letters as they are typed, the Latin.
import type { Lexicon } from "./lexicon.ts";
import { literal } from "./literal.ts";
import type { Picks } from "./picks.ts";

export const MOST = 5; // words, before the literal and the Latin

export interface Source {
  readonly lexicon: Lexicon;
  readonly picks: Picks;
}

/** Candidates, likeliest first, none twice; the Latin is always the last, unless it was picked before. */
export function candidates(latin: string, source: Source): string[] {
  const picked = source.picks.of(latin);
  const found = source.lexicon.find(latin, MOST).filter((word) => word !== picked);
  const words = picked === undefined ? found : [picked.toLowerCase() === latin.toLowerCase() ? latin : picked, ...found];
  return [...new Set([...words.slice(0, MOST), literal(latin, source.lexicon.script), latin])].filter(Boolean);
}
