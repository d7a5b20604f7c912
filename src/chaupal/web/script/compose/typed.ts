// The name or the tag that is being typed, by the rules of text/entities.py: after a picture (❤️ or 1️⃣, whose selector and
// keycap are marks) one may begin, after a letter none.
const PICTURE = "(?<=\\p{Extended_Pictographic}[\\ufe0e\\ufe0f]|[0-9#*]\\ufe0f?\\u20e3)";
const BEFORE = `(?:^|(?<=[^\\p{L}\\p{M}\\p{N}_@#/])|${PICTURE})`;
const TSHEG = "[·॰・\\u0f0b\\u0f0c](?=[\\p{L}\\p{Nd}])";
const ELSEWHERE = "@[A-Za-z0-9_](?:[A-Za-z0-9_.\\-]*[A-Za-z0-9_])?@[A-Za-z0-9.:\\-]*"; // a name on another server
const TYPED = new RegExp(`${BEFORE}(${ELSEWHERE}|[@#＃](?:[\\p{L}\\p{M}\\p{N}_\\u200c\\u200d]|${TSHEG})+)$`, "u");

/** What stands at the end of `before` of a name or a tag, with its sigil; "" where none is being typed. */
export function typed(before: string): string {
  return TYPED.exec(before)?.[1] ?? "";
}

/** The same in a field that holds nothing but names, which need no sigil there. */
export function nameIn(before: string): string {
  const name = /[^\s,]*$/.exec(before)?.[0].replace(/^@/, "") ?? "";
  return name && `@${name}`;
}
