// The tree of the log (RFC 6962 §2.1): from an entry up to the root, each step to be shown to whoever watches.
import { sha256 } from "@noble/hashes/sha2.js";
import { joined, same } from "./bytes.ts";

/** One step up: the hash that stands beside, on which side, and the hash of the two. */
export interface Step {
  beside: Uint8Array;
  side: "left" | "right";
  up: Uint8Array;
}

export function leafHash(entry: Uint8Array): Uint8Array {
  return sha256(joined(Uint8Array.of(0), entry));
}

function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(joined(Uint8Array.of(1), left, right));
}

/** On which side the sibling stands at each step, from the leaf up: the tree of `size` is cut at the largest power of two below it. */
function sides(index: bigint, size: bigint): ("left" | "right")[] {
  const found: ("left" | "right")[] = [];
  let [start, end] = [0n, size];
  while (end - start > 1n) {
    let half = 1n;
    while (half * 2n < end - start) half *= 2n;
    const middle = start + half;
    found.push(index < middle ? "right" : "left");
    [start, end] = index < middle ? [start, middle] : [middle, end];
  }
  return found.reverse();
}

/** The steps from the leaf; null where the proof has not as many hashes as the tree asks for. */
export function climb(leaf: Uint8Array, index: bigint, size: bigint, proof: Uint8Array[]): Step[] | null {
  if (index >= size) return null;
  const way = sides(index, size);
  if (way.length !== proof.length) return null;
  let at = leaf;
  return way.map((side, step) => {
    const beside = proof[step]!;
    at = side === "right" ? nodeHash(at, beside) : nodeHash(beside, at);
    return { beside, side, up: at };
  });
}

export function reaches(leaf: Uint8Array, steps: Step[], root: Uint8Array): boolean {
  return same(steps.at(-1)?.up ?? leaf, root);
}
