// A list that is to be kept elsewhere is copied by one press. Without a script a press on it selects all of it (`.select-all`).
import { buttonIn, say } from "./words.ts";
import { toast } from "./toast.ts";

export function offerCopies(): void {
  if (!("clipboard" in navigator)) return;
  for (const place of document.querySelectorAll<HTMLElement>("[data-copies]")) {
    const button = buttonIn(place, say("copy-all"));
    button.className = "second";
    button.addEventListener("click", () => {
      const lines = [...document.querySelectorAll(`#${place.dataset["copies"]} li`)].map((line) => line.textContent?.trim());
      void navigator.clipboard.writeText(lines.join("\n")).then(() => toast(say("copied")), () => toast(say("failed")));
    });
  }
}
