// Keys: what is left of a Latin spelling when one forgets what people spell in their own ways. Words are found by it.
import type { Script } from "./scripts.ts";

// In this order. ch becomes `c`, so that one letter is one sound when spellings are compared; every other c is k or s by then.
const SPELLINGS: readonly (readonly [RegExp, string])[] = [
  [/[^a-zMNQR]/g, ""], [/^sch/g, "sk"], [/[ts]ion/g, "shan"], [/[ct]*ch+/g, "C"], [/c(?=[eiy])/g, "s"], [/ck|[cq]/g, "k"], [/C/g, "c"],
  [/x/g, "ks"], [/z(?!h)/g, "j"], [/w/g, "v"], [/ph/g, "f"], [/dny|gny|jny|^jn/g, "gy"],
  [/aa+|a(?=[oe])/g, "A"], [/ee+|ii+/g, "I"], [/oo+|uu+/g, "U"], [/(?<=[aeiouAIU])y(?=e)|(?<=[iI])y(?=[aeouAIU])/g, ""],
]; // prettier-ignore
const TWICE = /([^aeiouAIU])\1+/g;

/** A spelling in which common habits are one: w and v, ph and f, doubled letters and single ones; A I U are long vowels. */
export function norm(latin: string, script: Script): string {
  let text = latin;
  for (const [written, counted] of script.alike) text = text.replace(written, counted);
  for (const [written, counted] of SPELLINGS) text = text.replace(written, counted);
  return text.replace(TWICE, "$1");
}

// What each letter leaves in a key: most themselves, some nothing; b and v are one letter there, f and p too.
const LEFT: Readonly<Record<string, string>> = { f: "p", v: "b", M: "n", N: "n", ...Object.fromEntries([..."aeiouyhAIU"].map((one) => [one, ""])) };
const [NASALS, LABIALS, ROUND, OPEN, SHARP] = ["nMN", "pbfv", "ouU", "aeiAI", "sd"].map((some) => new Set(some)) as [
  Set<string>, Set<string>, Set<string>, Set<string>, Set<string>,
]; // prettier-ignore

/** The consonants of a normed spelling: no breath, no glides, ng and m before another are n; a vowel that begins is `a`. */
export function key(normed: string): string {
  // Letter by letter rather than by patterns: every word that is taken in asks for two keys.
  const vowel = /^[aeiouyAIU]/.test(normed) ? "a" : "";
  let bones = "";
  for (let i = 0; i < normed.length; i++) {
    const one = left(normed[i - 1] ?? "", normed[i]!, normed[i + 1] ?? "");
    if (!bones.endsWith(one)) bones += one;
  }
  return vowel + bones || (normed.includes("h") ? "h" : "");
}

function left(before: string, one: string, after: string): string {
  if (one === "g" && NASALS.has(before)) return "";
  if (one === "v" && (SHARP.has(before) || (ROUND.has(before) && OPEN.has(after)))) return ""; // swami is sami, dwitiya ditiya
  return one === "m" && LABIALS.has(after) ? "n" : (LEFT[one] ?? one);
}

/** The keys under which a word stands: its own, and the one without nasals, for गाँव that is typed gaav and gaon alike. */
export function keys(normed: string): string[] {
  const said = normed.includes("Q") ? normed.replaceAll("Q", "") : normed;
  const found = new Set<string>();
  for (const one of said.includes("R") ? [said.replaceAll("R", "r"), said.replaceAll("R", "d")] : [said]) {
    found.add(key(one));
    if (/[nMN]/.test(one)) found.add(key(one.replace(/[nMN]/g, "")));
    if (/N[^aeiou]/.test(one)) found.add(key(one.replace(/N(?=[^aeiou])/g, "m"))); // simha, samskriti
    if (/N[hlrsvy]/.test(one)) found.add(key(one.replace(/N(?=[hlrsvy])/g, "m"))); // prantamlo
  }
  found.delete("");
  return [...found];
}
