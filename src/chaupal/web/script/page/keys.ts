// Single keys as shortcuts: never while somebody types, never with a modifier, which belongs to the browser.

const TYPED_INTO = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";

/** From now on each key of `acts` (as KeyboardEvent.key names it) does what stands beside it, while `wished` says so. */
export function onKeys(acts: Record<string, () => void>, wished: () => boolean = () => true): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target instanceof Element && event.target.closest(TYPED_INTO)) return;
    const act = acts[event.key];
    if (!act || !wished()) return;
    event.preventDefault();
    act();
  });
}

/** What one writes to people goes by Ctrl+Enter. */
export function sendByKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target instanceof HTMLTextAreaElement)
      if (event.target.form?.matches(".sheet")) event.target.form.requestSubmit();
  });
}
