// Keys of logs and of witnesses as people pass them on, name+hex+base64, and whether one of them signed a checkpoint (Ed25519).
import * as ed25519 from "@noble/ed25519";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { hex, joined, same, unbase64, Unreadable } from "./bytes.ts";
import type { Checkpoint } from "./receipt.ts";

export interface Key {
  name: string;
  id: Uint8Array;
  bytes: Uint8Array;
}

const LOG = 1;
const WITNESS = 4; // c2sp.org/tlog-cosignature
// A browser gives its own SHA-512 to pages that came encrypted only; this one is everywhere.
ed25519.hashes.sha512 = sha512;

/** The key of a log. Throws Unreadable where the hex is not the id that belongs to name and key. */
export function readKey(text: string): Key {
  return read(text, LOG, "key");
}

/** Keys of witnesses, one to a line. Throws Unreadable. */
export function readWitnesses(text: string): Key[] {
  const lines = text.split("\n").filter((line) => line.trim());
  return lines.map((line) => read(line, WITNESS, "witness"));
}

function read(text: string, kind: number, wrong: string): Key {
  const [, name, id, encoded] = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text.trim()) ?? [];
  if (!name || !id || !encoded) throw new Unreadable(wrong);
  const material = unbase64(encoded);
  if (material.length !== 33 || material[0] !== kind) throw new Unreadable(wrong);
  const own = sha256(joined(new TextEncoder().encode(`${name}\n`), material)).slice(0, 4);
  if (hex(own) !== id) throw new Unreadable(wrong);
  return { name, id: own, bytes: material.slice(1) };
}

/** Whether the checkpoint is of the log that the key is named for, and bears a good signature of that key. */
export function signedBy(checkpoint: Checkpoint, key: Key): boolean {
  const text = new TextEncoder().encode(checkpoint.text);
  return (
    checkpoint.origin === key.name &&
    checkpoint.signatures.some(
      (one) => one.name === key.name && same(one.keyId, key.id) && one.bytes.length === 64 && ed25519.verify(one.bytes, text, key.bytes),
    )
  );
}

/** Whether the checkpoint bears a good cosignature of the witness, made at whatever time it says. */
export function cosignedBy(checkpoint: Checkpoint, witness: Key): boolean {
  return checkpoint.signatures.some((one) => {
    if (one.name !== witness.name || !same(one.keyId, witness.id) || one.bytes.length !== 72) return false;
    const seconds = new DataView(one.bytes.buffer, one.bytes.byteOffset).getBigUint64(0);
    const text = new TextEncoder().encode(`cosignature/v1\ntime ${seconds}\n${checkpoint.text}`);
    return ed25519.verify(one.bytes.slice(8), text, witness.bytes);
  });
}
