// A line that comes, is read out, and goes: what went wrong, or what was done and how to take it back.
import { goOnAt } from "./walk.ts";
import { say } from "./words.ts";

const SECONDS = 6;
const MOST_TIMES = 10;

let timer = 0;
let after: (() => void) | null = null;
let next: HTMLElement | null = null; // where one goes on who stands on the line when it goes

/** Say it for some seconds; `lasting` until the next one. */
export function toast(text: string, lasting = false): void {
  show(text, lasting ? 0 : SECONDS);
}

/** Whoever pressed what is gone now stands on the button that takes it back, and goes on at `place` once the line is over. */
export function standOnUndo(place: HTMLElement | null): void {
  next = place;
  document.querySelector<HTMLElement>("#toast button")?.focus();
}

/** Say what was done with a button that takes it back; `over` is done once it cannot be taken back any more. */
export function toastWithUndo(text: string, undo: () => void, seconds = SECONDS, over: (() => void) | null = null): void {
  const place = show(text, seconds);
  if (!place) return over?.();
  after = over;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain";
  button.textContent = say("undo");
  button.addEventListener("click", () => {
    after = null;
    hide(place);
    undo();
  });
  place.append(" ", button);
}

/** Say what is so until the next one, with a link to what can be done about it. */
export function toastWithLink(text: string, href: string, called: string): void {
  const link = document.createElement("a");
  link.className = "plain";
  link.href = href;
  link.textContent = called;
  show(text, 0)?.append(" ", link);
}

function show(text: string, seconds: number): HTMLElement | null {
  const place = document.querySelector<HTMLElement>("#toast");
  if (!place || !text) return null;
  settle();
  const words = document.createTextNode(text), stood = document.activeElement;
  const inIt = place.contains(stood);
  if (!inIt) next = stood instanceof HTMLElement && stood !== document.body ? stood : null;
  place.replaceChildren(words);
  if (inIt) goOnAt(next);
  clearTimeout(timer);
  // The sheet has a timer of its own (each built file has its own copy of this one): only the line that it is about goes.
  if (seconds) endAfter(seconds, place, words);
  return place;
}

/** Whoever stands on the line or points at it is given ten times as long (WCAG 2.2.1): until then nothing is over. Not without end:
 *  one is put on it by what one pressed, and what was deleted would be there for others as long as one looks on. */
function endAfter(seconds: number, place: HTMLElement, words: Text, times = 1): void {
  timer = window.setTimeout(() => {
    if (place.firstChild !== words) settle();
    else if (times === MOST_TIMES || !place.matches(":hover, :focus-within")) hide(place);
    else endAfter(seconds, place, words, times + 1);
  }, seconds * 1_000);
}

function hide(place: HTMLElement): void {
  const back = place.contains(document.activeElement) ? next : null;
  place.replaceChildren(); // not hidden: what is not there when it begins to speak is not heard everywhere
  clearTimeout(timer);
  settle();
  goOnAt(back);
}

function settle(): void {
  const due = after;
  after = null;
  due?.();
}

addEventListener("pagehide", settle); // what waited for its undo is done before the page goes
// A phone may end a page that is out of sight without a word: what somebody deleted would stay.
document.addEventListener("visibilitychange", () => {
  const place = document.querySelector<HTMLElement>("#toast");
  if (document.hidden && after && place) hide(place);
});
