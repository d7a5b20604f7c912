// A list that is to be kept elsewhere is copied by one press. Without a script a press on it selects all of it (`.select-all`).
import { say } from "./words.ts";
import { toast } from "./toast.ts";

export function offerCopies(): void {
  if (!("clipboard" in navigator)) return;
  for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-copies]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const lines = [...document.querySelectorAll(`#${button.dataset["copies"]} li`)].map((line) => line.textContent?.trim());
      void navigator.clipboard.writeText(lines.join("\n")).then(() => toast(say("copied")), () => toast(say("failed")));
    });
  }
}
