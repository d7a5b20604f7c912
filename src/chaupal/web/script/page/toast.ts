// A line that comes, is read out, and goes: what went wrong, or what was kept.

let timer = 0;

/** Say it for some seconds; `lasting` until the next one. */
export function toast(text: string, lasting = false): void {
  const place = document.querySelector<HTMLElement>("#toast");
  if (!place || !text) return;
  place.textContent = text;
  place.hidden = false;
  clearTimeout(timer);
  if (!lasting) timer = window.setTimeout(() => (place.hidden = true), 6000);
}
