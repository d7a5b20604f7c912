// What was used last, kept in this browser and nowhere else.
import { keep, recall } from "./kept.ts";

export function lately(key: string): string[] {
  try {
    const kept = JSON.parse(recall(key) || "[]") as unknown;
    return Array.isArray(kept) ? kept.filter((one): one is string => typeof one === "string") : [];
  } catch {
    return [];
  }
}

export function keepLately(key: string, text: string, most: number): void {
  keep(key, JSON.stringify([text, ...lately(key).filter((one) => one !== text)].slice(0, most)));
}
