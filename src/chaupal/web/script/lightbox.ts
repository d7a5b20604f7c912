// Pictures of a post, large: over the page, in the dark, with their description and their place in the row. Walked by keys,
// buttons and swipes; made larger by keys, by two presses or two fingers, and moved about then. Without this they are links.

const frame = document.querySelector<HTMLTemplateElement>("#lightbox");
const small = window.matchMedia("(prefers-reduced-data: reduce)");
const forward = document.documentElement.dir === "rtl" ? -1 : 1;
const SWIPE = 48; // px of a finger that mean it
const LARGE = 2.5; // times as large by one step
const MOST = 6;

interface Shown {
  readonly dialog: HTMLDialogElement;
  readonly image: HTMLImageElement;
  readonly words: HTMLElement;
  readonly count: HTMLElement;
  readonly zoom: HTMLElement;
}

let shown: Shown | null = null;
let row: HTMLAnchorElement[] = [];
let at = 0;
let scale = 1, x = 0, y = 0; // how much larger, and how far it is moved then (px)

/** The dialog, made from the page's own template when it is first needed. */
function dialog(): Shown | null {
  if (shown || !frame) return shown;
  document.body.append(frame.content.cloneNode(true));
  const made = document.querySelector<HTMLDialogElement>("dialog.lightbox");
  const image = made?.querySelector("img");
  const part = (name: string): HTMLElement | null | undefined => made?.querySelector<HTMLElement>(`[data-${name}]`);
  const words = part("words"), count = part("count"), zoom = part("zoom");
  if (!made || !image || !words || !count || !zoom) return null;
  made.addEventListener("click", (event) => {
    const pressed = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-by], [data-zoom]") : null;
    if (pressed?.dataset["by"]) walk(Number(pressed.dataset["by"]));
    else if (pressed) resize(scale > 1 ? 1 : LARGE);
    else if (event.target === made) made.close();
  });
  made.addEventListener("close", () => {
    image.removeAttribute("src");
    row[at]?.focus();
  });
  image.addEventListener("dblclick", () => resize(scale > 1 ? 1 : LARGE));
  followFingers(made, image);
  return (shown = { dialog: made, image, words, count, zoom });
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
  into.count.textContent = row.length > 1 ? (into.count.dataset["count"] ?? "").replace("{at}", String(at + 1)).replace("{all}", String(row.length)) : "";
  for (const button of into.dialog.querySelectorAll<HTMLElement>("[data-by]")) {
    button.hidden = !row[at + Number(button.dataset["by"])];
  }
  resize(1);
  if (!into.dialog.open) into.dialog.showModal();
}

function walk(by: number): void {
  if (!shown?.dialog.open || !row[at + by]) return;
  at += by;
  show();
}

/** As large as this: 1 is all of it. What is moved about stays within reach. */
function resize(to: number): void {
  if (!shown) return;
  scale = Math.min(MOST, Math.max(1, to));
  if (scale === 1) x = y = 0;
  const { offsetWidth, offsetHeight } = shown.image;
  const far = (by: number, size: number): number => Math.max(-size * (scale - 1) / 2, Math.min(size * (scale - 1) / 2, by));
  x = far(x, offsetWidth);
  y = far(y, offsetHeight);
  shown.image.style.transform = scale === 1 ? "" : `translate(${x}px, ${y}px) scale(${scale})`;
  shown.zoom.ariaPressed = String(scale > 1);
}

interface Finger { fromX: number; fromY: number; x: number; y: number }

function followFingers(within: HTMLElement, image: HTMLImageElement): void {
  const fingers = new Map<number, Finger>();
  let apart = 0, began = 1;
  const between = (): number => {
    const [one, other] = [...fingers.values()];
    return one && other ? Math.hypot(one.x - other.x, one.y - other.y) : 0;
  };
  image.draggable = false;
  within.addEventListener("pointerdown", (event) => {
    if (event.target instanceof Element && event.target.closest("button")) return;
    fingers.set(event.pointerId, { fromX: event.clientX, fromY: event.clientY, x: event.clientX, y: event.clientY });
    apart = between();
    began = scale;
  });
  within.addEventListener("pointermove", (event) => {
    const finger = fingers.get(event.pointerId);
    if (!finger) return;
    const moved = [event.clientX - finger.x, event.clientY - finger.y] as const;
    finger.x = event.clientX;
    finger.y = event.clientY;
    if (fingers.size > 1 && apart) return resize(began * between() / apart);
    if (scale > 1) {
      x += moved[0];
      y += moved[1];
      resize(scale);
    }
  });
  const up = (event: PointerEvent): void => {
    const finger = fingers.get(event.pointerId);
    fingers.delete(event.pointerId);
    if (!finger || fingers.size || apart || scale > 1 || event.type !== "pointerup") return;
    const across = finger.x - finger.fromX, down = finger.y - finger.fromY;
    if (Math.abs(across) > SWIPE && Math.abs(across) > Math.abs(down)) walk(across < 0 ? forward : -forward);
    else if (down > 2 * SWIPE) shown?.dialog.close();
  };
  within.addEventListener("pointerup", up);
  within.addEventListener("pointercancel", up);
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

const KEYS: Record<string, () => void> = {
  ArrowRight: () => walk(forward), ArrowLeft: () => walk(-forward), Home: () => walk(-at), End: () => walk(row.length - 1 - at),
  "+": () => resize(scale * 1.5), "=": () => resize(scale * 1.5), "-": () => resize(scale / 1.5), "0": () => resize(1),
};
document.addEventListener("keydown", (event) => {
  if (!shown?.dialog.open || event.ctrlKey || event.metaKey || event.altKey) return;
  KEYS[event.key]?.();
});
