// A word letter by letter, much as ITRANS has it, for what no lexicon knows: T D N are retroflex, aa ii uu are long.
import { type Script, VIRAMA } from "./scripts.ts";

// The longest come first. [what is typed, its places in a block].
const CONSONANTS: readonly (readonly [string, readonly number[]])[] = [
  ["ksh", [0x15, VIRAMA, 0x37]], ["chh", [0x1b]], ["dny", [0x1c, VIRAMA, 0x1e]], ["shr", [0x36, VIRAMA, 0x30]],
  ["kh", [0x16]], ["gh", [0x18]], ["ch", [0x1a]], ["jh", [0x1d]], ["Th", [0x20]], ["Dh", [0x22]], ["th", [0x25]], ["dh", [0x27]],
  ["ph", [0x2b]], ["bh", [0x2d]], ["sh", [0x36]], ["Sh", [0x37]], ["gy", [0x1c, VIRAMA, 0x1e]], ["zh", [0x34]],
  ["k", [0x15]], ["q", [0x15]], ["c", [0x15]], ["g", [0x17]], ["j", [0x1c]], ["z", [0x1c]], ["T", [0x1f]], ["D", [0x21]], ["N", [0x23]], ["t", [0x24]],
  ["d", [0x26]], ["n", [0x28]], ["p", [0x2a]], ["f", [0x2b]], ["b", [0x2c]], ["m", [0x2e]], ["y", [0x2f]], ["r", [0x30]], ["l", [0x32]], ["L", [0x33]],
  ["v", [0x35]], ["w", [0x35]], ["s", [0x38]], ["h", [0x39]], ["x", [0x15, VIRAMA, 0x38]],
]; // prettier-ignore
// [what is typed, the letter that stands alone, the sign (0: the inherent vowel)].
const VOWELS: readonly (readonly [string, number, number])[] = [
  ["aa", 0x06, 0x3e], ["ai", 0x10, 0x48], ["au", 0x14, 0x4c], ["ee", 0x08, 0x40], ["ii", 0x08, 0x40], ["oo", 0x0a, 0x42], ["uu", 0x0a, 0x42],
  ["A", 0x06, 0x3e], ["I", 0x08, 0x40], ["U", 0x0a, 0x42], ["a", 0x05, 0], ["i", 0x07, 0x3f], ["u", 0x09, 0x41], ["e", 0x0f, 0x47], ["o", 0x13, 0x4b],
]; // prettier-ignore
// Where a script lacks a letter, the one that is said nearest: ख is k in Tamil, व is b in Bengali.
const NEAREST: Readonly<Record<number, number>> = {
  0x16: 0x15, 0x17: 0x15, 0x18: 0x17, 0x1b: 0x1a, 0x1d: 0x1c, 0x20: 0x1f, 0x21: 0x1f, 0x22: 0x21, 0x25: 0x24, 0x26: 0x24, 0x27: 0x26,
  0x2b: 0x2a, 0x2c: 0x2a, 0x2d: 0x2c, 0x33: 0x32, 0x34: 0x33, 0x35: 0x2c, 0x36: 0x38, 0x37: 0x36,
}; // prettier-ignore
const ANUSVARA = 0x02;
const HOMORGANIC = /^(n(?=[kgcjtdTD])|m(?=[pbf]))/;

/** The letters of the script that a Latin word spells; empty where it spells none. */
export function literal(latin: string, script: Script): string {
  let [rest, out, open] = [latin, "", false]; // open: a consonant that still carries its inherent vowel
  const put = (place: number) => (out += letter(place, script));
  while (rest) {
    const vowel = VOWELS.find(([typed]) => rest.startsWith(typed));
    const consonant = CONSONANTS.find(([typed]) => rest.startsWith(typed));
    if (vowel) {
      const last = vowel[0] === "a" && rest.length === 1 && latin.length > 2; // raja is राजा
      if (!open) put(vowel[1]);
      else if (last || vowel[2]) put(last ? 0x3e : vowel[2]);
      open = false;
    } else if (consonant) {
      if (open) put(VIRAMA);
      open = !(script.dotted && HOMORGANIC.test(rest) && out);
      if (open) consonant[1].forEach(put);
      else put(ANUSVARA);
    }
    rest = rest.slice((vowel ?? consonant)?.[0].length ?? 1);
  }
  return (out + (open && script.silent === "none" ? letter(VIRAMA, script) : "")).normalize("NFC");
}

function letter(place: number, script: Script): string {
  for (let at: number | undefined = place; at !== undefined; at = NEAREST[at]) {
    const found = String.fromCodePoint(script.block + at);
    if (/[\p{L}\p{M}]/u.test(found)) return found;
  }
  return "";
}
