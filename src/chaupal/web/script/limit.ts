// What stands in the place of a withheld thing, checked by the reader's own browser: the measure's entry is in the log, the log is
// signed by the key that this browser knows, witnesses have signed the same; and what is told is what that entry says, not the page.
// Of a measure that was secret the entry says nothing; another one, which is in the log as well, opens what it committed to.
import { sha256 } from "@noble/hashes/sha2.js";
import { cosignedBy, readKey, readWitnesses, signedBy } from "./log/key.ts";
import { climb, leafHash, reaches } from "./log/proof.ts";
import { readReceipt } from "./log/receipt.ts";

const KNOWN_KEY = "chaupal-log-key";
const MEASURES = ["measure", "deamp"];

interface Entry {
  v: number;
  t: string;
  ref: string;
  prev?: number;
  public: { measure: string; territory: string[]; from: string | null; until: string | null };
  _sd?: string[];
}

interface Opener extends Omit<Entry, "public"> {
  public: { disclosures?: string[] };
}

/** An entry that the log proves to be in it, under its checkpoint. */
interface Proven {
  entry: Entry;
  checkpoint: ReturnType<typeof readReceipt>["checkpoint"];
}

type Verdict = "good" | "bad" | "wait" | "otherkey";

class NotThere extends Error {}

async function fetched(path: string): Promise<Uint8Array> {
  const answer = await fetch(path);
  if (!answer.ok) throw new NotThere(path);
  return new Uint8Array(await answer.arrayBuffer());
}

const text = async (path: string): Promise<string> => new TextDecoder().decode(await fetched(path));

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** What those of the disclosures say to which the entry committed, by name. */
function opened(entry: Pick<Entry, "_sd">, disclosures: string[]): Map<string, unknown> {
  const good = disclosures.filter((one) => entry._sd?.includes(base64url(sha256(new TextEncoder().encode(one)))));
  return new Map(good.map((one) => {
    const letters = atob(one.replaceAll("-", "+").replaceAll("_", "/"));
    const [, name, value] = JSON.parse(new TextDecoder().decode(Uint8Array.from(letters, (letter) => letter.charCodeAt(0)))) as [string, string, unknown];
    return [name, value];
  }));
}

/** The key of the log as this browser met it first; empty where it was another. */
function knownKey(served: string): string {
  try {
    const known = localStorage.getItem(KNOWN_KEY) ?? served;
    localStorage.setItem(KNOWN_KEY, known);
    return known === served ? served : "";
  } catch {
    return served; // a browser that keeps nothing
  }
}

/** Whether the entry is about the very thing whose place the page gave to this limit, and names the order that the page names. */
function fits(entry: Entry, told: Map<string, unknown>, of: HTMLElement): boolean {
  const about = told.get("part") || told.get("subject");
  return entry.v === 2 && MEASURES.includes(entry.t) && entry.ref === of.dataset["ref"] && String(about) === of.dataset["subject"];
}

function show(of: HTMLElement, verdict: Verdict, facts: Record<string, string> = {}): void {
  const said = of.querySelector<HTMLElement>("[data-said]")!;
  said.textContent = of.dataset[verdict] ?? "";
  of.dataset["mark"] = verdict;
  for (const [name, value] of Object.entries(facts)) of.querySelector(`[data-fact="${name}"]`)!.textContent = value;
  of.querySelector<HTMLElement>("[data-facts]")!.hidden = verdict !== "good";
}

function factsOf(entry: Entry, witnesses: string, of: HTMLElement): Record<string, string> {
  const language = document.documentElement.lang;
  const countries = new Intl.DisplayNames([language], { type: "region" });
  // As pages say it, whose times are Indian wherever one reads: `10 फ़रवरी 2021, 16:30`.
  const said = (minute: string, way: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat(`${language}-IN`, { timeZone: "Asia/Kolkata", ...way }).format(new Date(minute));
  const moment = (minute: string | null): string =>
    minute
      ? `${said(minute, { day: "numeric", month: "long", year: "numeric" })}, ${said(minute, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" })}`
      : (of.dataset["endless"] ?? "");
  const words = JSON.parse(of.dataset["measures"] ?? "{}") as Record<string, string>;
  const { measure, territory, from, until } = entry.public;
  return {
    ref: entry.ref, measure: words[measure] ?? measure, from: moment(from), until: moment(until), witnesses,
    territory: territory.map((code) => (code === "XX" ? (of.dataset["everywhere"] ?? code) : (countries.of(code) ?? code))).join(", "),
  };
}

/** The entry at an index, where the log, signed by this key, has it; else null. */
async function proven(index: number, pinned: string): Promise<Proven | null> {
  const receipt = await text(`/log/receipt/${index}`); // first: where nothing is signed by the hour, asking for it signs what is there
  const raw = await fetched(`/log/entry/${index}`);
  const { index: at, proof, checkpoint } = readReceipt(receipt);
  const leaf = leafHash(raw);
  const way = climb(leaf, at, checkpoint.size, proof);
  const there = at === BigInt(index) && way !== null && reaches(leaf, way, checkpoint.root) && signedBy(checkpoint, readKey(pinned));
  return there ? { entry: JSON.parse(new TextDecoder().decode(raw)) as Entry, checkpoint } : null;
}

/** What a secret entry said, by the entry that opened it as a whole and gave it the order's public number; null where it did not. */
function unsealed(sealed: Entry, index: number, opener: Opener): Entry | null {
  const told = opened(sealed, opener.public.disclosures ?? []);
  const act = told.get("act") as { t: string } | undefined;
  const said = told.get("public") as Entry["public"] | undefined;
  if (opener.t !== "open" || opener.prev !== index || !act || !said) return null;
  return { v: sealed.v, t: act.t, ref: opener.ref, public: said, _sd: (told.get("sd") ?? []) as string[] };
}

async function judge(of: HTMLElement): Promise<void> {
  const index = Number(of.dataset["entry"]);
  const pinned = knownKey((await text("/log/key")).trim());
  if (!pinned) return show(of, "otherkey");
  const found = await proven(index, pinned);
  const [openings, policy] = await Promise.all([text(`/log/openings/${Math.floor(index / 256)}`), text("/log/policy")]);
  const disclosures = (JSON.parse(openings) as Record<string, string[]>)[String(index)] ?? [];
  const opener = of.dataset["opened"] ? await proven(Number(of.dataset["opened"]), pinned) : null;
  const entry = found && opener ? unsealed(found.entry, index, opener.entry as unknown as Opener) : (found?.entry ?? null);
  if (!found || !entry || !fits(entry, opened(entry, disclosures), of)) return show(of, "bad");
  const { checkpoint } = found;
  const asked = readWitnesses([...policy.matchAll(/^witness \S+ (\S+)/gm)].map((line) => line[1]).join("\n"));
  const signed = asked.filter((witness) => cosignedBy(checkpoint, witness)).length;
  show(of, "good", factsOf(entry, signed ? `${signed} / ${asked.length}` : (of.dataset["unwitnessed"] ?? "0"), of));
}

/** Check the limit whose receipt was opened, once. */
export async function check(of: HTMLElement): Promise<void> {
  if (of.dataset["mark"] === "good") return;
  try {
    await judge(of);
  } catch (error) {
    show(of, error instanceof NotThere || error instanceof TypeError ? "wait" : "bad");
  }
}
