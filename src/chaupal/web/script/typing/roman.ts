// How a word would be written in Latin letters by somebody in a hurry: किसान is kisaan, आंदोलन aaNdolan
// (N: a nasal that may go unwritten, M at the end; R: ड़, which some write r and some d; Q: an inherent vowel that is not said).
import { BARE, CONSONANTS, DOTS, DOTTED, NUKTA, type Script, SIGNS, VIRAMA, VOWELS } from "./scripts.ts";

/** A consonant with what follows it, or a vowel that stands alone. `bare`: the vowel is the inherent one. */
interface Syllable {
  consonant: string;
  vowel: string;
  bare: boolean;
}

const NASAL = [0x01, 0x02, 0x70];
const BREATH = 0x03;
const SILENT = "Q";

/** The word in Latin letters; what is not of the script's block stays as it is. */
export function roman(word: string, script: Script): string {
  const said = syllables(word, script);
  silence(said, script);
  let spelled = said.map((one) => one.consonant + one.vowel).join("").replace(/N$/, script.ends ?? "M");
  for (const [written, heard] of script.said ?? []) spelled = spelled.replace(written, heard);
  return spelled;
}

function syllables(word: string, script: Script): Syllable[] {
  const said: Syllable[] = [];
  let joined = false;
  for (const letter of word) {
    const place = letter.codePointAt(0)! - script.block;
    const last = said.at(-1);
    const consonant = (joined ? beneath(last, place, script) : undefined) ?? script.own?.[place] ?? CONSONANTS[place - 0x15] ?? DOTTED[place];
    joined = place === VIRAMA;
    if (consonant !== undefined && BARE.includes(place)) said.push({ consonant, vowel: "", bare: false });
    else if (consonant !== undefined) said.push({ consonant, vowel: script.inherent, bare: true });
    else if (place in VOWELS) said.push({ consonant: "", vowel: VOWELS[place]!, bare: false });
    else if (place in SIGNS && last) give(last, SIGNS[place]!);
    else if (place === VIRAMA && last) give(last, "");
    else if (place === NUKTA && last) last.consonant = (script.dots ?? DOTS)[last.consonant] ?? last.consonant;
    else if (NASAL.includes(place)) said.push({ consonant: "N", vowel: "", bare: false });
    else if (place === BREATH) said.push({ consonant: "h", vowel: "", bare: false });
    else if (place < 0 || place > 0x7f) said.push({ consonant: letter, vowel: "", bare: false });
  }
  return said;
}

/** What is said of a consonant that stands beneath another: gy for ज्ञ, hardly anything for Bengali's ব. */
function beneath(last: Syllable | undefined, place: number, script: Script): string | undefined {
  if (last?.consonant === "j" && place === 0x1e) {
    last.consonant = "g";
    return "y";
  }
  return last?.consonant === "r" || (place === 0x2c && last && "mdgb".includes(last.consonant)) ? undefined : script.joined?.[place];
}

function give(last: Syllable, vowel: string): void {
  last.vowel = vowel;
  last.bare = false;
}

/** Take away the inherent vowels that are not said: the last one, and where asked those between V C_C V, from the right. */
function silence(said: Syllable[], script: Script): void {
  const last = said.length - 1;
  if (script.silent === "none" || last < 1) return;
  const joined = said[last - 1]!.vowel === "" && said[last - 1]!.consonant !== "N";
  if (said[last]!.bare && !(script.silent === "final" && joined)) give(said[last]!, SILENT);
  if (script.silent === "final") return;
  for (let i = last - 1; i > 0; i--) {
    const [before, here, after] = [said[i - 1]!, said[i]!, said[i + 1]!];
    const heard = before.vowel && before.vowel !== SILENT && after.vowel && after.vowel !== SILENT;
    if (here.bare && heard && after.consonant) give(here, SILENT);
  }
}
