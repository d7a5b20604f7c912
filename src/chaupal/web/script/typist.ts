// The engine of typing, fetched only when somebody turns it on: listens to the fields, brings the words of their languages.
import { inscript } from "./typing/inscript.ts";
import { Lexicon } from "./typing/lexicon.ts";
import { Phonetic } from "./typing/phonetic.ts";
import { Picks } from "./typing/picks.ts";
import type { Field } from "./typing/place.ts";
import { SCRIPTS } from "./typing/scripts.ts";
import { address, languageOf, mode, say } from "./typing/state.ts";
import type { Source } from "./typing/suggest.ts";

// What measuring needs: bench/typing.py asks the very file that people get.
export { Lexicon, SCRIPTS };

const FIELD = "textarea[data-typing], input[data-typing]"; // the page itself has the mark as well, once its words came
const FREQUENT = -9; // natural logarithm: how often a word of the square counts as used, about once in eight thousand
const sources = new Map<string, Source>();
let listening: AbortController | null = null;

const phonetic = new Phonetic(say("candidates"), (n) => say("count").replace("{n}", String(n)), sourceOf, tongue);

/** Listen from now on; twice is once. */
export function start(): void {
  if (listening) return;
  listening = new AbortController();
  const options = { capture: true, signal: listening.signal };
  document.addEventListener("focusin", (event) => fieldOf(event) && sourceOf(fieldOf(event)!), options);
  document.addEventListener("input", onInput, options);
  document.addEventListener("keydown", onKey, options);
  document.addEventListener("focusout", (event) => document.hasFocus() && leave(fieldOf(event)), options);
  document.addEventListener("submit", () => leave(document.activeElement?.closest<Field>(FIELD) ?? null), options);
  document.addEventListener("spellings", spell, options);
  document.addEventListener("change", onLanguage, options);
  const now = document.activeElement?.closest<Field>(FIELD);
  if (now) sourceOf(now);
}

export function stop(): void {
  listening?.abort();
  listening = null;
  phonetic.close();
}

function fieldOf(event: Event): Field | null {
  const field = event.target instanceof Element ? event.target.closest<Field>(FIELD) : null;
  return field?.readOnly || field?.disabled ? null : field;
}

function onInput(event: Event): void {
  const field = fieldOf(event);
  if (field && mode() === "phonetic" && !(event as InputEvent).isComposing) phonetic.input(field);
}

function onKey(event: KeyboardEvent): void {
  const field = fieldOf(event);
  if (!field || event.isComposing) return;
  if (event.ctrlKey || event.metaKey || event.altKey) {
    if (event.key === "Enter") leave(field); // a shortcut that sends the form
    return;
  }
  if (mode() === "phonetic") phonetic.key(field, event);
  else if (mode() === "inscript") inscript(field, event, SCRIPTS[tongue(field)]!);
}

/** The language of a form was chosen: its words may come before they are needed. */
function onLanguage(event: Event): void {
  if (!(event.target instanceof HTMLSelectElement) || event.target.name !== "language") return;
  const field = event.target.form?.querySelector<Field>(FIELD);
  if (field) sourceOf(field);
}

/** What offers tags (compose/suggest.ts) asks how one that is typed in Latin letters is spelled: there is one list, and it is theirs. */
function spell(event: Event): void {
  const { latin, words } = (event as CustomEvent<{ latin: string; words: string[] }>).detail;
  const field = fieldOf(event);
  if (field && mode() === "phonetic" && /^[A-Za-z]+$/.test(latin)) words.push(...phonetic.spellings(field, latin));
}

function leave(field: Field | null): void {
  if (field && mode() === "phonetic") phonetic.leave(field);
}

function tongue(field: Field): string {
  return languageOf(field, (one) => one in SCRIPTS);
}

/** The words of the language that a field is in; they are on their way from the first time that somebody asks. */
function sourceOf(field: Field): Source {
  const language = tongue(field);
  const known = sources.get(language);
  if (known) return known;
  const made = { lexicon: new Lexicon(SCRIPTS[language]!), picks: new Picks(language), ready: false };
  sources.set(language, made);
  void bring(language, made.lexicon).then(() => {
    made.ready = true;
    document.documentElement.dataset.typing = language;
    const now = document.activeElement?.closest<Field>(FIELD);
    if (listening && now && mode() === "phonetic") phonetic.came(now);
  });
  return made;
}

async function bring(language: string, lexicon: Lexicon): Promise<void> {
  const [ours, here] = await Promise.allSettled([fetchWords(address(language)), fetchSquare(language)]);
  if (ours.status === "fulfilled") await lexicon.read(ours.value);
  if (here.status === "fulfilled") for (const word of here.value) lexicon.add(word, FREQUENT);
}

async function fetchWords(from: string): Promise<Uint8Array> {
  const answer = from ? await fetch(from) : null;
  if (!answer?.ok || !answer.body) return new Uint8Array();
  return new Uint8Array(await new Response(answer.body.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer());
}

async function fetchSquare(language: string): Promise<string[]> {
  const answer = await fetch(`/lexicon/${language}`);
  return answer.ok ? ((await answer.json()) as string[]) : [];
}
