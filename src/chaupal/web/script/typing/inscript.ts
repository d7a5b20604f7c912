// INSCRIPT (IS 13194, annex; the layout of India's standard keyboards): by the place of a key, not by what is printed on it.
import layout from "../../square/inscript.json";
import { type Field, replace } from "./place.ts";
import type { Script } from "./scripts.ts";

const DEVANAGARI = 0x0900;
const KEYS = new Map(layout.rows.flat().map(([code = "", plain = "", shifted = ""]) => [code, [plain, shifted]] as const));
const SHARED = "।॥"; // the dandas of Devanagari serve all scripts

/** What a key writes in this script; null where the layout leaves it to the browser, "" where the script has no such letter. */
export function written(code: string, shift: boolean, script: Script): string | null {
  const found = KEYS.get(code)?.[shift ? 1 : 0];
  if (!found) return null;
  const letters = [...found].map((one) => (SHARED.includes(one) ? one : moved(one, script)));
  return letters.includes("") ? "" : letters.join("").normalize("NFC");
}

/** Every block has the plan of Devanagari: the same place, if there is a letter at it. */
function moved(letter: string, script: Script): string {
  const found = String.fromCodePoint(letter.codePointAt(0)! - DEVANAGARI + script.block);
  return /[\p{L}\p{M}]/u.test(found) ? found : "";
}

/** Type by the layout; whether the key was one of it. */
export function inscript(field: Field, event: KeyboardEvent, script: Script): boolean {
  const text = written(event.code, event.shiftKey, script);
  if (text === null) return false;
  event.preventDefault();
  if (text) replace(field, field.selectionStart ?? 0, field.selectionEnd ?? 0, text);
  return true;
}
