// What was searched for in this browser before: kept here and nowhere else, also when Enter came before the script that offers it.
const KEPT = "chaupal.searches";
const MOST = 6; // searches that are remembered

export function remembered(): string[] {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? "[]") as unknown;
    return Array.isArray(kept) ? kept.filter((one): one is string => typeof one === "string").slice(0, MOST) : [];
  } catch {
    return [];
  }
}

export function forget(): void {
  localStorage.removeItem(KEPT);
}

function remember(text: string): void {
  try {
    localStorage.setItem(KEPT, JSON.stringify([text, ...remembered().filter((one) => one !== text)].slice(0, MOST)));
  } catch { /* a browser that keeps nothing searches all the same */ }
}

export function rememberSearches(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    const text = form.matches("[data-seek]") && form.querySelector<HTMLInputElement>("input[name=q]")?.value.trim();
    if (text) remember(text);
  });
}
