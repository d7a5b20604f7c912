// What was used last, kept in this browser and nowhere else.
export function lately(key: string): string[] {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? "[]") as unknown;
    return Array.isArray(kept) ? kept.filter((one): one is string => typeof one === "string") : [];
  } catch {
    return [];
  }
}

export function keepLately(key: string, text: string, most: number): void {
  try {
    localStorage.setItem(key, JSON.stringify([text, ...lately(key).filter((one) => one !== text)].slice(0, most)));
  } catch { /* a browser that keeps nothing does without */ }
}
