// Counts a log again, from docs/log-entries.md and docs/log.md alone: nothing of ours is imported, nothing is asked of a server.
//
//   node recount.mjs FOLDER      a mirror: checkpoint, tile/entries/…, openings/…  →  the tables as JSON, on standard output
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folder = process.argv[2];
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();

// --- the entries, held against the signed root (RFC 6962 §2.1) ---

const [origin, sizeLine, rootLine] = readFileSync(join(folder, "checkpoint"), "utf8").split("\n");
const size = Number(sizeLine);

function tilePath(n) {
  const parts = [String(n % 1000).padStart(3, "0")];
  for (let rest = Math.floor(n / 1000); rest > 0; rest = Math.floor(rest / 1000)) parts.unshift("x" + String(rest % 1000).padStart(3, "0"));
  return join("tile", "entries", ...parts);
}

function* rawEntries() {
  for (let n = 0; n * 256 < size; n++) {
    const width = Math.min(256, size - n * 256);
    const data = readFileSync(join(folder, tilePath(n) + (width < 256 ? `.p/${width}` : "")));
    for (let at = 0; at < data.length; ) {
      const length = data.readUInt16BE(at); // each entry behind its length
      yield data.subarray(at + 2, at + 2 + length);
      at += 2 + length;
    }
  }
}

function treeRoot(hashes) {
  if (hashes.length === 1) return hashes[0];
  let half = 1;
  while (half * 2 < hashes.length) half *= 2;
  return sha256(Buffer.of(1), treeRoot(hashes.slice(0, half)), treeRoot(hashes.slice(half)));
}

const raw = [...rawEntries()];
const root = raw.length ? treeRoot(raw.map((entry) => sha256(Buffer.of(0), entry))) : sha256("");
if (raw.length !== size || root.toString("base64") !== rootLine) throw new Error(`${origin}: these are not the entries that were signed`);

// --- what they say; what was secret and has been opened counts at its place ---

const entries = raw.map((entry) => JSON.parse(entry.toString("utf8")));
for (const entry of entries) if (entry.v !== 2) throw new Error("an entry of another version");

function disclosed(entry, texts) {
  const committed = new Set(entry._sd ?? []);
  const good = texts.filter((text) => committed.has(sha256(text).toString("base64url")));
  return Object.fromEntries(good.map((text) => JSON.parse(Buffer.from(text, "base64url").toString("utf8")).slice(1)));
}

// What everybody may read beside the log, of the entries of a tile: index → disclosures.
function beside(index) {
  const path = join(folder, "openings", String(Math.floor(index / 256)));
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8"))[index] ?? []) : [];
}

const minute = (text) => (text ? Math.floor(Date.parse(text.length === 10 ? `${text}T00:00Z` : text) / 60000) : null);
const said = entries.map((entry) => ({ ...entry, wasSecret: false }));
for (const entry of entries) {
  if (entry.t !== "open" || entry.prev === undefined) continue;
  const told = disclosed(entries[entry.prev], entry.public.disclosures ?? []);
  if (told.act && told.public) said[entry.prev] = { ...told.act, prev: told.act.prev ?? undefined, public: told.public, wasSecret: true };
}
const now = Math.max(...entries.map((entry) => minute(entry.at)));

// --- the fold ---

const COMPLIED = ["complied_full", "complied_narrower", "own_rules_action"];
const WITHHELD = ["withhold_post", "withhold_account", "withhold_media"];
const orders = new Map();
const measures = new Map(); // by the index of their entry, and of their reversal's

function target(order, number, kind) {
  const found = order.targets.get(number) ?? { kind: "", outcome: "", ground: "" };
  found.kind ||= kind;
  order.targets.set(number, found);
  return found;
}

const TAKE = {
  order(entry, index) {
    if (orders.has(entry.ref)) return;
    const p = entry.public;
    const secret = !entry.wasSecret && ["aggregate_only", "gag"].includes(p.secrecy);
    orders.set(entry.ref, {
      ...p, regime: entry.regime ?? "", issuer: p.class, secret, targets: new Map(), returned: false, withdrawn: false, over: false,
    });
  },
  step(entry) {
    const order = orders.get(entry.ref);
    if (!order) return;
    const step = entry.public.step;
    if (entry.public.targets?.length) return; // about some of its targets: the order stands where it stood
    if (step === "returned") order.returned = true;
    if (["checked", "mended", "clarified", "confirmed"].includes(step)) order.returned = false;
    if (step === "withdrawn") order.withdrawn = true;
    if (["closed", "set_aside", "replaced"].includes(step)) order.over = true;
  },
  decision(entry) {
    const order = orders.get(entry.ref);
    if (!order) return;
    const p = entry.public;
    const found = target(order, p.target, p.kind);
    if (p.step === "refused") [found.outcome, found.ground] = ["refused", p.ground ?? ""];
    // What one did ends when both agreed that it does; what an appeal made shorter stays so.
    const agreed = p.step === "reviewed" ? [...new Set(measures.values())] : [];
    for (const m of agreed) if (m.ref === entry.ref && m.target === p.target && m.ended === null && !m.shortened) m.until = minute(p.ends);
    if (p.step === "closed") [found.outcome, found.ground] = [p.outcome || "closed", ""];
  },
  measure(entry, index) {
    const order = orders.get(entry.ref);
    const p = entry.public;
    const before = measures.get(entry.prev); // it goes on
    const same = before ?? measures.get(p.also); // or stands beside it
    const from = minute(p.from) ?? minute(entry.at);
    const since = p.cause === "resumed" ? from : (before?.since ?? from);
    const until = minute(p.until);
    const sooner = p.cause === "modified" && until !== null && (before?.until == null || until < before.until);
    const shortened = before !== undefined && (before.shortened || sooner);
    const thing = same?.thing ?? index;
    measures.set(index, { ...p, ref: entry.ref, order, thing, from, since, until, shortened, ended: null, index });
    if (order) Object.assign(target(order, p.target, p.kind), { outcome: p.outcome, ground: "" });
  },
  reversal(entry, index) {
    const of = measures.get(entry.prev);
    if (!of) return;
    measures.set(index, of);
    of.ended ??= minute(entry.public.at) ?? minute(entry.at);
  },
};
TAKE.deamp = TAKE.measure;

// Rows that name nobody, of every part of a span: each is held against its entry, and each span counted once.
const spans = new Map();
TAKE.tally = (entry, index) => {
  const p = entry.public;
  const committed = new Set(entry._sd ?? []);
  const texts = [...new Set(beside(index))].filter((text) => committed.has(sha256(text).toString("base64url")));
  const rows = texts.map((text) => JSON.parse(Buffer.from(text, "base64url").toString("utf8"))).filter(([, name]) => name === "row");
  if (rows.length !== p.rows) throw new Error(`entry ${index}: ${rows.length} of ${p.rows} rows are opened`);
  const span = spans.get(`${p.from}-${p.to}`) ?? { ...p, rows: [], found: 0 };
  span.rows.push(...rows.map(([, , value]) => value));
  span.found += 1;
  spans.set(`${p.from}-${p.to}`, span);
};
said.forEach((entry, index) => TAKE[entry.t]?.(entry, index));

// --- the tables ---

function left(order) {
  const found = { ...order.targets_named };
  for (const { kind } of order.targets.values()) found[kind] = (found[kind] ?? 0) - 1;
  let unknown = found.unknown ?? 0;
  for (const [kind, many] of Object.entries(found)) if (kind !== "unknown" && many < 0) unknown += many;
  return { ...found, unknown };
}

function standing(order) {
  if (order.withdrawn) return "withdrawn";
  const decided = [...order.targets.values()].filter((one) => one.outcome && !["undecided", "replaced"].includes(one.outcome));
  const waiting = Object.entries(left(order)).some(([kind, many]) => kind !== "unknown" && many > 0);
  const some = waiting || decided.length < order.targets.size;
  if (some && !order.over) return order.returned ? "returned" : "pending";
  if (order.returned && !decided.length) return "returned";
  const outcomes = new Set(decided.map((one) => one.outcome));
  if (outcomes.size && !some && [...outcomes].every((one) => ["complied_full", "own_rules_action"].includes(one))) return "full";
  return COMPLIED.some((one) => outcomes.has(one)) ? "narrower" : "none";
}

const add = (table, key, column, many = 1) => {
  table[key] ??= {};
  table[key][column] = (table[key][column] ?? 0) + many;
};

const tables = { T1: {}, T3: {}, T6: {}, T8: {}, T20: {}, authorities: {} };
for (const [, order] of orders) order.targets_named = said.find((entry) => entry.t === "order" && orders.get(entry.ref) === order).public.targets;
const demands = [...orders.values()].filter((order) => order.kind !== "own_rules" && !order.secret);
for (const order of demands) {
  const grounds = [...new Set(order.bases)].sort().join(" ");
  const key = [order.jurisdiction, order.regime, grounds, order.channel, order.issuer].join("|");
  add(tables.T1, key, "received");
  add(tables.T1, key, standing(order));
  add(tables.authorities, order.authority, "received");
  add(tables.authorities, order.authority, standing(order));
  const ended = order.returned ? "returned" : order.withdrawn ? "withdrawn" : order.over ? "closed" : "pending";
  for (const one of order.targets.values()) {
    add(tables.T3, one.outcome ? `${one.outcome}|${one.ground}` : `${ended}|`, "targets");
    if (one.outcome === "refused") add(tables.authorities, order.authority, "refused");
    if (COMPLIED.includes(one.outcome)) add(tables.authorities, order.authority, "complied");
  }
  for (const [kind, many] of Object.entries(left(order))) {
    if (many > 0) add(tables.T3, kind === "unknown" ? "not_found|" : `${ended}|`, "targets", many);
  }
}
const AGES = [[6, "0–6"], [29, "7–29"], [89, "30–89"], [364, "90–364"], [Infinity, "≥365"]];
const counted = new Set();
for (const m of new Set(measures.values())) {
  const over = m.ended !== null || (m.until !== null && m.until <= now);
  if (!WITHHELD.includes(m.measure) || over || m.from > now || m.order?.secret) continue;
  const days = Math.floor((now - m.since) / 1440);
  const age = AGES.find(([most]) => days <= most)[1];
  for (const country of m.territory) {
    const thing = [m.thing, m.measure, country].join();
    if (counted.has(thing)) continue; // withheld there by an earlier one already
    counted.add(thing);
    add(tables.T6, `${country}|${age}`, m.measure === "withhold_account" ? "accounts" : m.measure === "withhold_post" ? "posts" : "media");
  }
  add(tables.authorities, m.authority, "withheld_now");
}
const PARTS = { account: "accounts", post: "posts", media: "media" };
for (const m of new Set(measures.values())) {
  if (m.basis !== "own_rules" || m.order?.secret || (m.source !== "state_flag" && !m.jurisdiction)) continue;
  const key = [m.jurisdiction, m.flagged_by || m.authority, m.rule, m.measure].join("|");
  add(tables.T8, key, "actions");
  add(tables.T8, key, PARTS[m.kind] ?? "others");
}
// Each decision counts in the span in which it, or what opened it as a whole, stands.
const opened = new Set();
function counts(entry, index) {
  if (entry.t === "open" && !opened.has(entry.prev) && said[entry.prev]?.wasSecret) {
    const names = (entry.public.disclosures ?? []).map((text) => JSON.parse(Buffer.from(text, "base64url").toString("utf8"))[1]);
    if (!["act", "public", "sd"].every((name) => names.includes(name))) return false;
    opened.add(entry.prev);
    return counts({ ...said[entry.prev], wasSecret: false }, index);
  }
  if (entry.wasSecret) return false;
  if (entry.t === "measure" || entry.t === "deamp") return entry.public.cause === "decided";
  return entry.t === "decision" && ["refused", "closed"].includes(entry.public.step);
}
const decided = said.flatMap((entry, index) => (counts(entry, index) ? [index] : []));
for (const span of spans.values()) {
  const many = decided.filter((index) => index >= span.from && index < span.to).length;
  if (span.found !== span.parts || span.rows.length !== many) throw new Error(`tally ${span.period}: ${span.rows.length} rows for ${many} decisions`);
  for (const row of span.rows) {
    add(tables.T20, row.class, "decisions");
    if (row.did !== "other") add(tables.T20, row.class, row.did);
    if (row.kind === "account") add(tables.T20, row.class, "accounts");
  }
}
console.log(JSON.stringify({ size, tables }));
