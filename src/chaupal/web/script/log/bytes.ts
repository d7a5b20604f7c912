// Bytes and their spellings: base64 and hexadecimal. What is spelled wrongly is refused, not guessed at.

/** What is wrong with a file that somebody wants verified: a word that the page has a sentence for. */
export class Unreadable extends Error {}

export function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

/** The bytes that base64 spells. Throws Unreadable for any other spelling of them, and for none. */
export function unbase64(text: string): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    throw new Unreadable("base64");
  }
  if (base64(bytes) !== text) throw new Unreadable("base64");
  return bytes;
}

export function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function same(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

export function joined(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
