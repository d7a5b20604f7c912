// A line that comes, is read out, and goes: what went wrong, or what was done and how to take it back.
import { say } from "./words.ts";

const SECONDS = 6;

let timer = 0;
let after: (() => void) | null = null;

/** Say it for some seconds; `lasting` until the next one. */
export function toast(text: string, lasting = false): void {
  show(text, lasting ? 0 : SECONDS);
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
  place.textContent = text;
  place.hidden = false;
  clearTimeout(timer);
  if (seconds) timer = window.setTimeout(() => hide(place), seconds * 1_000);
  return place;
}

function hide(place: HTMLElement): void {
  place.hidden = true;
  clearTimeout(timer);
  settle();
}

function settle(): void {
  const due = after;
  after = null;
  due?.();
}

addEventListener("pagehide", settle); // what waited for its undo is done before the page goes
