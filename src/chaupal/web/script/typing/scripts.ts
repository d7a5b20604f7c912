// The scripts that can be typed in Latin letters: where each has its block, and how its inherent vowel is said and lost.
import type { Habit } from "./costs.ts";

/** How one language is written. Brahmic blocks have one plan (Unicode, chapter 12): the place in its block tells the letter. */
export interface Script {
  /** First code point of the block. */
  block: number;
  /** The vowel that a bare consonant carries, in Latin letters. */
  inherent: string;
  /** Which inherent vowels are not said: `medial` also between V C_C V, as in Hindi; `final` only at the end; `none`. */
  silent: "medial" | "final" | "none";
  /** Consonants that are said otherwise than the plan has it, by place. */
  own?: Readonly<Record<number, string>>;
  /** What consonants become that stand beneath another, by place. */
  joined?: Readonly<Record<number, string>>;
  /** How a dot above is said at the end of a word, where it is no nasal vowel: മലയാളം ends in m. */
  ends?: string;
  /** What a dot beneath makes of a consonant. */
  dots?: Readonly<Record<string, string>>;
  /** What is said otherwise than it is written, word by word: ਸ਼ਹਿਰ is sheher. Of words only, not of what is typed. */
  said?: Alike;
  /** Spellings that are one in this language: [what is written, what it counts as], in this order, before the common ones. */
  alike: readonly (readonly [RegExp, string])[];
  /** What else some mean by what they type: Gujarati's c is k, or ch; Telugu's dh is ధ, or థ. */
  either?: Alike[number];
  /** Whether a nasal before its own stop is written as a dot above: हिंदी. */
  dotted: boolean;
  /** The way of spelling in Latin letters, as costs.ts has it. */
  habit: Habit;
  /** The letter on the button. */
  sign: string;
}

type Alike = Script["alike"];

// Bengali has one letter for b and v, says ক্ষ as kkh, and its w is a vowel that glides.
const BENGALI: Alike = [[/w/g, "o"], [/v/g, "b"], [/f/g, "ph"], [/ksh/g, "kh"]];
// Tamil writes neither voice nor breath; ச is said s or ch, ற்ற tr.
const TAMIL: Alike = [
  [/k+sh|x/g, "ts"], [/zh/g, "l"], [/d/g, "t"], [/g/g, "k"], [/[bf]h?|ph/g, "p"], [/ch?(?=[eiyh])|ch/g, "s"], [/nt+r/g, "nr"], [/t+r(?=[aeiou]|$)/g, "r"],
]; // prettier-ignore
// Malayalam says ന്റ nt and റ്റ tt, ട between vowels d, and ഞ ഞ്ച nj.
const MALAYALAM: Alike = [[/nr/g, "nt"], [/rr/g, "t"], [/d/g, "t"], [/n?(nj)+/g, "nch"]];

// Telugu and Kannada say a glide before a vowel that begins a word, and many write it: vundi, yemi.
const GLIDING: Alike = [[/^v(?=[uo])/g, ""], [/^y(?=[ie])/g, ""]];

// गाँव is written gaon, and पाँव paon, by most.
const DEVANAGARI = { block: 0x0900, inherent: "a", silent: "medial", alike: [], either: [/a+on$/, "aanv"], dotted: true, habit: "hi", sign: "अ" } as const;

export const SCRIPTS: Readonly<Record<string, Script>> = {
  hi: DEVANAGARI,
  mr: DEVANAGARI,
  bn: {
    block: 0x0980, inherent: "o", silent: "final", alike: BENGALI, dotted: false, habit: "bn", sign: "অ",
    own: { 0x2f: "j", 0x4e: "t", 0x70: "r", 0x71: "v" }, joined: { 0x2f: "y", 0x2c: "" }, dots: { j: "y", d: "R", dh: "Rh" },
  }, // prettier-ignore
  pa: { block: 0x0a00, inherent: "a", silent: "medial", alike: [], said: [[/ahi/g, "eh"]], dotted: true, habit: "hi", sign: "ਅ" },
  gu: { block: 0x0a80, inherent: "a", silent: "medial", alike: [], either: [/c(?![hk])/g, "ch"], dotted: true, habit: "hi", sign: "અ" },
  or: { block: 0x0b00, inherent: "a", silent: "none", alike: [], dotted: true, habit: "hi", sign: "ଅ" },
  ta: { block: 0x0b80, inherent: "a", silent: "none", alike: TAMIL, own: { 0x24: "th" }, dotted: false, habit: "ta", sign: "அ" },
  te: { block: 0x0c00, inherent: "a", silent: "none", alike: GLIDING, either: [/dh/g, "th"], ends: "m", dotted: true, habit: "te", sign: "అ" },
  kn: { block: 0x0c80, inherent: "a", silent: "none", alike: GLIDING, ends: "m", dotted: true, habit: "te", sign: "ಅ" },
  ml: {
    block: 0x0d00, inherent: "a", silent: "none", alike: MALAYALAM, ends: "m", dotted: false, habit: "ml", sign: "അ",
    own: { 0x1e: "nj", 0x7a: "n", 0x7b: "n", 0x7c: "r", 0x7d: "l", 0x7e: "l", 0x7f: "k" },
  }, // prettier-ignore
};

/** Consonants that never carry a vowel, by place: Bengali's ৎ, Malayalam's chillus. */
export const BARE = [0x4e, 0x7a, 0x7b, 0x7c, 0x7d, 0x7e, 0x7f];
export const VIRAMA = 0x4d;
export const NUKTA = 0x3c;

// Consonants from place 0x15 on, by everyday habit rather than by any standard.
export const CONSONANTS = [
  "k", "kh", "g", "gh", "n", "ch", "chh", "j", "jh", "n", "t", "th", "d", "dh", "n", "t", "th", "d", "dh", "n",
  "n", "p", "ph", "b", "bh", "m", "y", "r", "r", "l", "l", "zh", "v", "sh", "sh", "s", "h",
] as const; // prettier-ignore

/** Independent vowels, by place. */
export const VOWELS: Readonly<Record<number, string>> = {
  0x05: "a", 0x06: "aa", 0x07: "i", 0x08: "ee", 0x09: "u", 0x0a: "oo", 0x0b: "ri", 0x0c: "lri", 0x0d: "e", 0x0e: "e", 0x0f: "e",
  0x10: "ai", 0x11: "o", 0x12: "o", 0x13: "o", 0x14: "au",
}; // prettier-ignore

/** Vowel signs, by place. */
export const SIGNS: Readonly<Record<number, string>> = {
  0x3e: "aa", 0x3f: "i", 0x40: "ee", 0x41: "u", 0x42: "oo", 0x43: "ri", 0x45: "e", 0x46: "e", 0x47: "e", 0x48: "ai", 0x49: "o",
  0x4a: "o", 0x4b: "o", 0x4c: "au", 0x57: "u",
}; // prettier-ignore

/** Letters with a dot beneath, composed (by place) or as letter and nukta. R is ड़, which some write r and some d. */
export const DOTTED: Readonly<Record<number, string>> = {
  0x58: "k", 0x59: "kh", 0x5a: "g", 0x5b: "z", 0x5c: "R", 0x5d: "Rh", 0x5e: "f", 0x5f: "y",
}; // prettier-ignore
export const DOTS: Readonly<Record<string, string>> = { j: "z", ph: "f", d: "R", dh: "Rh" };
