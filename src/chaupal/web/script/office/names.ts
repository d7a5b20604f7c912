// While lines of an order are typed, what they name stands beside them: whose it is, and what it says. Without a script a button does it.
const PAUSE = 500; // ms without a key before the server is asked

let asked = 0;

async function look(area: HTMLTextAreaElement, place: HTMLElement, csrf: string): Promise<void> {
  const mine = ++asked;
  if (!area.value.trim()) {
    place.replaceChildren();
    return;
  }
  const body = new URLSearchParams({ csrf, targets: area.value });
  const answer = await fetch(area.dataset["names"] ?? "", { method: "POST", body }).catch(() => null);
  if (mine !== asked || !answer?.ok) return; // something newer was typed meanwhile, or the button does it
  const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
  place.replaceChildren(...[...parsed.body.childNodes].map((node) => document.adoptNode(node)));
}

export function watchNames(): void {
  const area = document.querySelector<HTMLTextAreaElement>("textarea[data-names]");
  const place = document.querySelector<HTMLElement>("[data-named]");
  const csrf = area?.form?.querySelector<HTMLInputElement>("input[name=csrf]")?.value ?? "";
  if (!area || !place) return;
  let waiting = 0;
  area.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = window.setTimeout(() => void look(area, place, csrf), PAUSE);
  });
}
