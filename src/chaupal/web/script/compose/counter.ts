// A ring that fills; "40 left" beside it, shown and read out when it becomes few.
import { say } from "../page/words.ts";
import { length } from "./length.ts";

const FEW = 50;

export function addCounter(form: HTMLFormElement, text: HTMLTextAreaElement, most: number, post: HTMLElement = form): void {
  const ring = document.createElement("span");
  ring.className = "ring";
  ring.ariaHidden = "true";
  const left = document.createElement("span");
  left.className = "left";
  const spoken = document.createElement("span");
  spoken.className = "unseen";
  spoken.setAttribute("aria-live", "polite");
  post.querySelector(".sheet-foot")?.prepend(ring, left, spoken);
  const spoiler = form.querySelector<HTMLInputElement>("input[name=spoiler]");
  const refresh = (): void => {
    const rest = most - length(text.value, spoiler?.value);
    ring.style.setProperty("--used", String(Math.min(100, ((most - rest) / most) * 100)));
    left.textContent = say("left", rest);
    left.classList.toggle("few", rest < FEW);
    left.classList.toggle("over", rest < 0);
    spoken.textContent = rest < FEW ? left.textContent : "";
  };
  const over = new AbortController(); // its post was taken away
  const again = (): void => (text.isConnected ? refresh() : over.abort());
  form.addEventListener("input", again, { signal: over.signal });
  form.addEventListener("reset", () => setTimeout(again), { signal: over.signal });
  refresh();
}
