// Likes, reposts, saves, follows: done without leaving the page. The answer is the row of buttons as it is now.
import { partFor } from "./ask.ts";

const HERE = "form[data-part]";

async function deed(form: HTMLFormElement, button: HTMLButtonElement): Promise<void> {
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  const part = await partFor(form, button);
  form.ariaBusy = "false";
  if (part === null) {
    form.dataset["plain"] = "1";
    form.requestSubmit(button);
  } else if (part) {
    put(form, button, part);
  }
}

function put(form: HTMLFormElement, button: HTMLButtonElement, part: string): void {
  const at = [...form.elements].indexOf(button);
  const parsed = new DOMParser().parseFromString(part, "text/html");
  const fresh = parsed.querySelector<HTMLFormElement>(HERE);
  if (!fresh) return;
  const mine = document.adoptNode(fresh);
  form.replaceWith(mine);
  (mine.elements[at] as HTMLElement | undefined)?.focus();
}

export function watchDeeds(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    const button = event.submitter;
    if (!form.matches(HERE) || form.dataset["plain"] || !(button instanceof HTMLButtonElement)) return;
    if (button.dataset["whole"] !== undefined) return; // what changes the whole page: deleting, blocking
    event.preventDefault();
    void deed(form, button);
  });
}
