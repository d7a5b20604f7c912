// The emoji one may write: by group, by what was chosen before, and by name in Hindi and English.
import { keepLately, lately } from "./page/lately.ts";
import { language } from "./page/words.ts";
import { replace } from "./typing/place.ts";

type Emoji = [letter: string, hindi: string, english: string, words: string];

const KEPT = "chaupal.emoji";
const MOST = 24; // that are remembered
const FOUND = 60;

/** Spellings that are one: capitals, nukta, chandrabindu. */
const folded = (text: string): string => text.toLowerCase().normalize("NFD").replaceAll("\u093c", "").replaceAll("\u0901", "\u0902");

const remembered = (): string[] => lately(KEPT);
const remember = (letter: string): void => keepLately(KEPT, letter, MOST);

/** Fill the picker; what is chosen in it is written where the caret of `text` was. */
export async function open(place: HTMLDetailsElement, list: string, text: HTMLTextAreaElement): Promise<void> {
  const groups = (await (await fetch(list)).json()) as Emoji[][];
  const all = groups.flat();
  const index = all.map((one) => ` ${folded(one.slice(1).join(" "))}`);
  const field = place.querySelector("input")!;
  const row = document.createElement("div"), box = document.createElement("div");
  row.className = "smiley-groups";
  box.className = "smiley-all";

  const write = (letter: string): void => {
    const { selectionStart, selectionEnd } = text;
    text.focus();
    replace(text, selectionStart, selectionEnd, letter);
    remember(letter);
  };
  const button = (one: Emoji): HTMLButtonElement => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "smiley";
    made.textContent = one[0];
    made.title = made.ariaLabel = language === "hi" ? one[1] : one[2];
    made.addEventListener("click", () => write(one[0]));
    return made;
  };
  const show = (some: Emoji[]): void => box.replaceChildren(...some.map(button));
  const group = (n: number): void => {
    const before = new Set(remembered());
    const latest = n ? [] : [...before].map((letter) => all.find((one) => one[0] === letter)).filter((one) => one !== undefined);
    show([...latest, ...(groups[n] ?? []).filter((one) => n || !before.has(one[0]))]);
    [...row.children].forEach((tab, at) => (tab.ariaPressed = String(at === n)));
  };
  groups.forEach((some, n) => {
    const first = some[0];
    if (!first) return;
    const tab = button(first);
    const fresh = tab.cloneNode(true) as HTMLButtonElement; // without what writing it would do
    fresh.addEventListener("click", () => { field.value = ""; group(n); });
    row.append(fresh);
  });
  const find = (): void => {
    const words = folded(field.value).split(/\s+/).filter(Boolean);
    if (!words.length) return group(0);
    show(all.filter((_, at) => words.every((word) => index[at]!.includes(` ${word}`))).slice(0, FOUND));
  };
  field.addEventListener("input", (event) => { event.stopPropagation(); find(); });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || event.key !== "Enter") return;
    event.preventDefault(); // it would post
    box.querySelector("button")?.click();
  });
  place.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    place.open = false;
    text.focus();
  });
  field.after(row, box);
  find(); // somebody may have typed while the names were on their way
  const here = document.activeElement; // whoever went on to another field while it loaded goes on writing there
  if (place.open && (!here || here === document.body || place.contains(here))) field.focus();
}
