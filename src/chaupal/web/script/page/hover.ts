// Who somebody is, in short, for whoever points at their name or face with a mouse. It is a help for the eye: keys and readers of
// the screen have the link itself, so it is not opened by focus and says nothing.
const WHO = "a.name, a.face, .words a.mention, .quoted a.mention";
const WAIT = 450; // ms of pointing before it comes
const STAY = 250; // ms to get from the name to it
const EDGE = 8;

let shown: HTMLElement | null = null;
let link: HTMLAnchorElement | null = null;
let timer = 0;

async function show(of: HTMLAnchorElement): Promise<void> {
  const answer = await fetch(`${of.pathname}/card`, { credentials: "same-origin" }).catch(() => null); // judged each time
  const page = answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  const card = page?.querySelector<HTMLElement>(".hover-card");
  if (!card || link !== of || !of.isConnected) return;
  shown?.remove();
  shown = document.adoptNode(card);
  (document.querySelector("main") ?? document.body).append(shown); // a landmark holds it
  const at = of.getBoundingClientRect(), { width, height } = shown.getBoundingClientRect();
  const below = at.bottom + height + EDGE < innerHeight;
  const left = Math.max(EDGE, Math.min(at.left, document.documentElement.clientWidth - width - EDGE));
  shown.style.left = `${left + scrollX}px`;
  shown.style.top = `${(below ? at.bottom + 4 : at.top - height - 4) + scrollY}px`;
}

function hide(): void {
  clearTimeout(timer);
  link = null;
  // What is done in it is seen to its end.
  if (shown && !shown.querySelector("[aria-busy=true]")) {
    shown.remove();
    shown = null;
  }
}

function later(act: () => void, ms: number): void {
  clearTimeout(timer);
  timer = window.setTimeout(act, ms);
}

export function showWhoIsPointedAt(): void {
  if (!window.matchMedia("(hover: hover) and (pointer: fine) and (min-width: 60rem)").matches) return;
  document.addEventListener("pointerover", (event) => {
    if (!(event.target instanceof Element) || event.pointerType !== "mouse") return;
    if (event.target.closest(".hover-card")) return clearTimeout(timer);
    const to = event.target.closest<HTMLAnchorElement>(WHO);
    if (!to || !/^\/@\w+$/.test(to.pathname) || to.origin !== location.origin || to.closest(".profile")) {
      if (link || shown) later(hide, STAY);
      return;
    }
    if (to === link) return shown ? clearTimeout(timer) : undefined;
    link = to;
    later(() => void show(to), WAIT);
  });
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
  document.addEventListener("click", (event) => event.target instanceof Element && !event.target.closest(".hover-card") && hide());
  addEventListener("pagehide", hide);
}
