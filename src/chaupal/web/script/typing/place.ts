// Where one stands in a field: the Latin word that is being typed, and what must not be touched.

export interface Word {
  latin: string;
  start: number;
  end: number;
  /** Whether it is inside a #tag: it stays Latin unless somebody chooses otherwise. */
  tag: boolean;
}

export type Field = HTMLTextAreaElement | HTMLInputElement;

const LATIN_END = /[A-Za-z]+$/;
const STOPPED = /[A-Za-z]+(?=[.:]+$)/; // a full stop or colon may yet be part of an address, so its word waits for the space
const ADDRESS = /@|:\/\/|^www\.|^[^\s]*[A-Za-z0-9]\.[A-Za-z]/i;
const SCHEMES = /^(https?|www)$/i;

/** The Latin word that ends at the caret; null where there is none, and in a handle or an address. */
export function wordAtCaret(field: Field, stopped = false): Word | null {
  const { selectionStart: caret, selectionEnd, value } = field;
  if (caret === null || caret !== selectionEnd || /^[A-Za-z]/.test(value.slice(caret))) return null;
  const token = /\S*$/.exec(value.slice(0, caret))![0];
  const found = (stopped ? STOPPED : LATIN_END).exec(token);
  if (!found || ADDRESS.test(token) || SCHEMES.test(found[0])) return null;
  const start = caret - token.length + found.index;
  return { latin: found[0], start, end: start + found[0].length, tag: /[#＃]/.test(token.slice(0, found.index)) };
}

/** Put `text` in the place of what stands from `start` to `end`; the caret follows. The browser's own undo knows it. */
export function replace(field: Field, start: number, end: number, text: string): void {
  const after = Math.max(0, (field.selectionStart ?? end) - end);
  field.setSelectionRange(start, end);
  // The old command is the only way by which that undo learns of a change; it works where the caret is.
  if (!document.execCommand("insertText", false, text)) put(field, start, end, text);
  field.setSelectionRange(start + text.length + after, start + text.length + after);
}

/** The same in a field that is being left: nothing there can be undone any more. */
export function put(field: Field, start: number, end: number, text: string): void {
  field.setRangeText(text, start, end, "end");
  field.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertReplacementText", data: text }));
}

const COPIED = [
  "direction", "boxSizing", "width", "borderLeftWidth", "borderRightWidth", "borderTopWidth", "paddingLeft", "paddingRight", "paddingTop",
  "fontFamily", "fontSize", "fontWeight", "lineHeight", "textAlign", "tabSize",
] as const; // prettier-ignore

/** Where the letter at `index` stands, from the field's own corner: left, and the foot of its line. */
export function spot(field: Field, index: number): { left: number; foot: number } {
  const style = getComputedStyle(field);
  const twin = document.createElement("div");
  for (const name of COPIED) twin.style[name] = style[name];
  Object.assign(twin.style, { position: "absolute", visibility: "hidden", borderStyle: "solid", overflowWrap: "break-word" });
  twin.style.whiteSpace = field instanceof HTMLTextAreaElement ? "pre-wrap" : "pre";
  twin.dir = field.dir;
  const mark = document.createElement("span");
  mark.textContent = field.value.slice(index) || ".";
  twin.append(field.value.slice(0, index), mark);
  document.body.append(twin);
  const [left, foot] = [mark.offsetLeft - field.scrollLeft, mark.offsetTop - field.scrollTop + (parseFloat(style.lineHeight) || 24)];
  twin.remove();
  return { left, foot: Math.min(foot, field.clientHeight) };
}

const NARROW = "(max-width: 40rem), (pointer: coarse)";

/** Put a list beside a place in its field, which it stands right after; on a phone, or without a place, below the field. */
export function stand(list: HTMLElement, field: Field, at: number | null): void {
  const narrow = at === null || matchMedia(NARROW).matches;
  const { left, foot } = narrow ? { left: 0, foot: field.offsetHeight } : spot(field, at);
  const most = Math.max(0, field.offsetWidth - list.offsetWidth);
  list.style.left = `${field.offsetLeft + Math.max(0, Math.min(left, most))}px`;
  list.style.top = `${field.offsetTop + foot}px`;
  list.classList.toggle("wide", narrow);
}
