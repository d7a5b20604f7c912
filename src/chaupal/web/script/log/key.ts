// Keys of logs as people pass them on, name+hex+base64, and whether one of them signed a checkpoint (Ed25519).
import * as ed25519 from "@noble/ed25519";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { hex, joined, same, unbase64, Unreadable } from "./bytes.ts";
import type { Checkpoint } from "./receipt.ts";

export interface Key {
  name: string;
  id: Uint8Array;
  bytes: Uint8Array;
}

const ED25519 = 1;
// A browser gives its own SHA-512 to pages that came encrypted only; this one is everywhere.
ed25519.hashes.sha512 = sha512;

/** Throws Unreadable where the hex is not the id that belongs to name and key. */
export function readKey(text: string): Key {
  const [, name, id, encoded] = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text.trim()) ?? [];
  if (!name || !id || !encoded) throw new Unreadable("key");
  const material = unbase64(encoded);
  if (material.length !== 33 || material[0] !== ED25519) throw new Unreadable("key");
  const own = sha256(joined(new TextEncoder().encode(`${name}\n`), material)).slice(0, 4);
  if (hex(own) !== id) throw new Unreadable("key");
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
