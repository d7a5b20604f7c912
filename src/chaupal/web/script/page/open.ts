// A press anywhere on a post opens it, and on what it quotes opens that; whatever can be pressed itself, and words that are
// being marked, are left alone.

const THEIRS = "a, button, summary, input, select, textarea, label, video, audio, form, dialog, .menu, .facts";

export function openByPress(): void {
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.shiftKey || event.altKey) return;
    const at = event.target;
    if (!(at instanceof Element) || at.closest(THEIRS) || getSelection()?.toString()) return;
    const thing = at.closest(".quoted:has(.when), article.post, article.notice");
    const link = thing?.querySelector<HTMLAnchorElement>(".when");
    if (!thing || !link || thing.matches(".focal")) return;
    if (event.ctrlKey || event.metaKey) open(link.href);
    else location.assign(link.href);
  });
}
