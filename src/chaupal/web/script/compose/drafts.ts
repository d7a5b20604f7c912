// What is being written is kept on the server too, as a draft: another device goes on with it. A post that is sent takes
// its draft along.
import { say } from "../page/words.ts";

const PAUSE = 5_000; // ms without a key
const LEAST = 12; // letters: less is not worth a draft

export class Drafts {
  private timer = 0;
  private saved = "";

  constructor(private readonly form: HTMLFormElement, private readonly text: HTMLTextAreaElement) {
    form.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = window.setTimeout(() => void this.save(), PAUSE);
    });
  }

  /** The form is empty again: what comes is another draft. */
  part(): void {
    clearTimeout(this.timer);
    this.form.querySelector("[name=draft]")?.remove();
    this.note("");
  }

  /** The draft that was saved while this was written is thrown away. */
  async drop(): Promise<void> {
    clearTimeout(this.timer);
    const draft = this.form.querySelector<HTMLInputElement>("[name=draft]");
    if (!draft) return;
    const csrf = this.form.querySelector<HTMLInputElement>("[name=csrf]")?.value ?? "";
    this.part();
    await fetch(`/drafts/${draft.value}/delete`, { method: "POST", body: new URLSearchParams({ csrf }), redirect: "manual" }).catch(() => undefined);
  }

  private async save(): Promise<void> {
    const all = [this.text, ...this.form.querySelectorAll<HTMLTextAreaElement>(".following textarea")];
    const text = all.map((one) => one.value.trim()).join("\n\n").trim();
    if (text.length < LEAST || text === this.saved || all.every((one) => one.value.trim() === one.defaultValue.trim())) return;
    const fields = new URLSearchParams();
    for (const [name, value] of new FormData(this.form)) if (typeof value === "string") fields.append(name, value);
    try {
      const answer = await fetch("/drafts/autosave", { method: "POST", body: fields, credentials: "same-origin", redirect: "manual" });
      if (!answer.ok) return; // it lies in this browser meanwhile
      const { id } = (await answer.json()) as { id: string };
      this.saved = text;
      let draft = this.form.querySelector<HTMLInputElement>("[name=draft]");
      if (!draft) {
        draft = document.createElement("input");
        draft.type = "hidden";
        draft.name = "draft";
        this.form.append(draft);
      }
      draft.value = id;
      this.note(say("draft-kept"));
    } catch {
      // offline: it lies in this browser
    }
  }

  private note(text: string): void {
    const hint = this.form.querySelector<HTMLElement>("#text-hint");
    if (!hint) return;
    hint.dataset["usual"] ??= hint.textContent ?? "";
    hint.textContent = text || hint.dataset["usual"];
  }
}
