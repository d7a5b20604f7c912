// Receipts of the log (c2sp.org/tlog-proof) and the signed checkpoint in them (c2sp.org/signed-note, tlog-checkpoint), read.
import { unbase64, Unreadable } from "./bytes.ts";

export interface Signature {
  name: string;
  keyId: Uint8Array; // 4 bytes
  bytes: Uint8Array;
}

export interface Checkpoint {
  text: string; // what is signed, its last newline included
  origin: string;
  size: bigint;
  root: Uint8Array;
  signatures: Signature[];
}

export interface Receipt {
  index: bigint;
  proof: Uint8Array[];
  checkpoint: Checkpoint;
}

const FIRST = "c2sp.org/tlog-proof@v1";

/** Nothing is verified by reading. Throws Unreadable. */
export function readReceipt(text: string): Receipt {
  const cut = text.indexOf("\n\n");
  const [first, ...lines] = (cut < 0 ? text : text.slice(0, cut)).split("\n");
  if (first !== FIRST || cut < 0) throw new Unreadable("receipt");
  if (lines[0]?.startsWith("extra ")) lines.shift();
  const index = /^index (0|[1-9]\d{0,18})$/.exec(lines.shift() ?? "")?.[1];
  if (index === undefined) throw new Unreadable("receipt");
  return { index: BigInt(index), proof: lines.map(hash), checkpoint: readCheckpoint(text.slice(cut + 2)) };
}

export function readCheckpoint(note: string): Checkpoint {
  const cut = note.indexOf("\n\n");
  if (cut < 0) throw new Unreadable("checkpoint");
  const text = note.slice(0, cut + 1);
  const [origin, size, root] = text.split("\n");
  if (!origin || !root || !/^(0|[1-9]\d{0,18})$/.test(size ?? "")) throw new Unreadable("checkpoint");
  const signatures = note.slice(cut + 2).split("\n").filter(Boolean).map(readSignature);
  return { text, origin, size: BigInt(size!), root: hash(root), signatures };
}

function readSignature(line: string): Signature {
  const [, name, encoded] = /^\u2014 (\S+) (\S+)$/.exec(line) ?? [];
  if (!name || !encoded) throw new Unreadable("checkpoint");
  const bytes = unbase64(encoded);
  return { name, keyId: bytes.slice(0, 4), bytes: bytes.slice(4) };
}

function hash(line: string): Uint8Array {
  const bytes = unbase64(line);
  if (bytes.length !== 32) throw new Unreadable("hash");
  return bytes;
}
