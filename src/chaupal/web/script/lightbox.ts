// Pictures of a post, large: over the page, with their description, walked with the arrow keys. Without this they are plain links.

const frame = document.querySelector<HTMLTemplateElement>("#lightbox");
const small = window.matchMedia("(prefers-reduced-data: reduce)");

interface Shown {
  readonly dialog: HTMLDialogElement;
  readonly image: HTMLImageElement;
  readonly words: HTMLElement;
}

let shown: Shown | null = null;
let row: HTMLAnchorElement[] = [];
let at = 0;

/** The dialog, made from the page's own template when it is first needed. */
function dialog(): Shown | null {
  if (shown || !frame) return shown;
  document.body.append(frame.content.cloneNode(true));
  const made = document.querySelector<HTMLDialogElement>("dialog.lightbox");
  const image = made?.querySelector("img");
  const words = made?.querySelector<HTMLElement>("[data-words]");
  if (!made || !image || !words) return null;
  made.addEventListener("click", (event) => {
    const pressed = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-by]") : null;
    if (pressed) walk(Number(pressed.dataset["by"]));
    else if (event.target === made) made.close();
  });
  made.addEventListener("close", () => {
    image.removeAttribute("src");
    row[at]?.focus();
  });
  return (shown = { dialog: made, image, words });
}

function show(): void {
  const link = row[at];
  const into = dialog();
  const from = link?.querySelector("img");
  if (!link || !into || !from) return;
  into.image.src = link.href;
  into.image.alt = from.alt;
  into.words.textContent = from.alt;
  into.image.lang = into.words.lang = from.lang;
  for (const button of into.dialog.querySelectorAll<HTMLElement>("[data-by]")) {
    button.hidden = !row[at + Number(button.dataset["by"])];
  }
  if (!into.dialog.open) into.dialog.showModal();
}

function walk(by: number): void {
  if (!shown?.dialog.open || !row[at + by]) return;
  at += by;
  show();
}

document.addEventListener("click", (event) => {
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || small.matches || !frame) return;
  const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[data-picture]") : null;
  if (!link) return;
  row = [...(link.closest(".pictures")?.querySelectorAll<HTMLAnchorElement>("a[data-picture]") ?? [link])];
  at = row.indexOf(link);
  event.preventDefault();
  show();
});

// The post may go while its picture is looked at: it is withheld by now, or deleted.
document.addEventListener("fresh", () => {
  if (shown?.dialog.open && !row[at]?.isConnected) shown.dialog.close();
});

const forward = document.documentElement.dir === "rtl" ? -1 : 1;
document.addEventListener("keydown", (event) => {
  if (!shown?.dialog.open) return;
  if (event.key === "ArrowRight") walk(forward);
  if (event.key === "ArrowLeft") walk(-forward);
});
