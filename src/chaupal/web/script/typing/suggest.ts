// What is offered for a Latin spelling: what was picked before, words of the lexicon, the letters as they are typed, the Latin.
import type { Lexicon } from "./lexicon.ts";
import { literal } from "./literal.ts";
import type { Picks } from "./picks.ts";

export const MOST = 5; // words, before the literal and the Latin

export interface Source {
  readonly lexicon: Lexicon;
  readonly picks: Picks;
  /** Its words are all there. Some of them would lead to the wrong one: the list is read by the alphabet. */
  ready: boolean;
}

/** Candidates, likeliest first, none twice; the Latin is always the last, unless it was picked before. None before words are there. */
export function candidates(latin: string, source: Source): string[] {
  if (!source.ready) return [];
  const picked = source.picks.of(latin);
  const found = source.lexicon.find(latin, MOST).filter((word) => word !== picked);
  const words = picked === undefined ? found : [picked.toLowerCase() === latin.toLowerCase() ? latin : picked, ...found];
  return [...new Set([...words.slice(0, MOST), literal(latin, source.lexicon.script), latin])].filter(Boolean);
}
