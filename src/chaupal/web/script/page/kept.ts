// What this browser keeps of a few words: nothing where it keeps nothing, and then pages work all the same.
type Place = () => Storage; // to name it is refused in some browsers already
const here: Place = () => localStorage;

export function recall(key: string, place: Place = here): string {
  try {
    return place().getItem(key) ?? "";
  } catch {
    return "";
  }
}

/** Under which names that begin so something is kept. */
export function keptAs(begin: string): string[] {
  try {
    return Object.keys(localStorage).filter((one) => one.startsWith(begin));
  } catch {
    return [];
  }
}

/** Keep `text` from now on; nothing is kept of an empty one. */
export function keep(key: string, text: string, place: Place = here): void {
  try {
    if (text) place().setItem(key, text);
    else place().removeItem(key);
  } catch { /* a browser that keeps nothing does without */ }
}

const DONE = "chaupal.done";
const visit: Place = () => sessionStorage;

/** What was done as this page was left, for the next one to say. */
export function leaveWord(done: string): void {
  keep(DONE, done, visit);
}

export function takeWord(): string {
  const done = recall(DONE, visit);
  keep(DONE, "", visit);
  return done;
}
