// Pictures: chosen, dropped, pasted or from the camera; sent at once, described beside themselves, taken away again.
import { problemIn } from "../page/ask.ts";
import { clearFaults, fault } from "../page/faults.ts";
import { released } from "../page/press.ts";
import { say } from "../page/words.ts";
import { toast } from "../page/toast.ts";

interface Taken { id: string; src: string; heard?: boolean }
interface Shown extends Taken { name: string; alt: string }

export class Pictures {
  private readonly row = document.createElement("div");
  private readonly pending = new Set<Promise<unknown>>();
  private asked = false;

  constructor(private readonly form: HTMLFormElement, private readonly most: number, private readonly changed: () => void,
    private readonly post: HTMLElement = form, private readonly field = "kept[]") {
    this.row.className = "attached";
    const chooser = document.createElement("input");
    const tools = post.querySelector<HTMLElement>(":scope > .tools");
    const first = tools?.querySelector<HTMLInputElement>("input[type=file]");
    if (!first) return;
    const slots = [...tools?.querySelectorAll<HTMLElement>(".slot") ?? []];
    const label = document.createElement("label");
    chooser.type = "file";
    chooser.multiple = true;
    chooser.accept = first.accept;
    chooser.className = "unseen";
    chooser.id = `${post.id}-chooser`;
    label.className = "tool";
    label.htmlFor = chooser.id;
    label.title = say("add-picture");
    const [icon, words] = [document.querySelector(".with-pictures .icon"), document.createElement("span")];
    words.className = "unseen";
    words.textContent = say("add-picture");
    label.append(...(icon ? [icon.cloneNode(true)] : []), words);
    slots.forEach((slot) => slot.remove());
    // One press to a picture: what opens the fields of those without a script is not needed.
    tools?.prepend(chooser, label);
    tools?.classList.add("with-script");
    tools?.before(this.row);
    chooser.addEventListener("change", () => {
      this.take(chooser.files);
      chooser.value = "";
    });
    post.addEventListener("dragover", (event) => {
      if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
    });
    post.addEventListener("drop", (event) => {
      if (event.defaultPrevented || !event.dataTransfer?.files.length) return;
      event.preventDefault();
      this.take(event.dataTransfer.files);
    });
    post.addEventListener("paste", (event) => {
      if (event.defaultPrevented || !event.clipboardData?.files.length) return;
      event.preventDefault();
      this.take(event.clipboardData.files);
    });
  }

  /** Everything that was begun is with the server. */
  async settled(): Promise<void> {
    await Promise.all(this.pending);
  }

  /** A description that could not be taken. */
  wrong(): HTMLElement | null {
    return this.row.querySelector<HTMLElement>("[aria-invalid]");
  }

  /** True once: where pictures have no description, the first such field is shown and asked for. */
  asks(): boolean {
    const empty = [...this.row.querySelectorAll<HTMLInputElement>("input[type=text]")].find((field) => !field.value.trim());
    if (!empty || this.asked) return false;
    this.asked = true;
    toast(say("describe"), true);
    empty.focus();
    return true;
  }

  /** Those that arrived, with what was said of them. */
  all(): Shown[] {
    return [...this.row.children].flatMap((item) => {
      const image = item.querySelector("img");
      const id = item.querySelector<HTMLInputElement>("input[type=hidden]")?.value;
      if (!image || !id) return [];
      return { id, heard: "heard" in image.dataset, src: image.getAttribute("src") ?? "", name: item.getAttribute("title") ?? "", alt: item.querySelector<HTMLInputElement>("input[type=text]")?.value ?? "" };
    });
  }

  /** Those that had arrived when the page was left. */
  put(these: unknown[]): void {
    for (const one of these as Shown[]) {
      const item = document.createElement("div");
      item.title = one.name;
      item.append(...this.shown(one, one.name, one.alt));
      this.row.append(item);
    }
  }

  clear(): void {
    this.row.replaceChildren();
    this.asked = false;
  }

  private take(files: FileList | null): void {
    for (const file of files ?? []) {
      if (this.row.childElementCount + this.post.querySelectorAll(":scope > fieldset .kept input:checked").length >= this.most) {
        toast(say("most-pictures", this.most));
        return;
      }
      const sending = this.send(file).finally(() => this.pending.delete(sending));
      this.pending.add(sending);
    }
  }

  private send(file: File): Promise<void> {
    const item = document.createElement("div");
    const bar = document.createElement("progress");
    bar.max = 1;
    bar.value = 0;
    bar.ariaLabel = say("sending", undefined, file.name);
    item.append(bar);
    this.row.append(item);
    const fields = new FormData();
    fields.set("csrf", this.form.querySelector<HTMLInputElement>("[name=csrf]")?.value ?? "");
    fields.set("file", file);
    return new Promise((done) => {
      const request = new XMLHttpRequest();
      request.open("POST", "/compose/pictures");
      request.upload.addEventListener("progress", (event) => (bar.value = event.total ? event.loaded / event.total : 0));
      request.addEventListener("loadend", () => {
        const kind = request.getResponseHeader("content-type") ?? "";
        if (request.status === 200 && kind.startsWith("application/json")) {
          item.title = file.name;
          item.replaceChildren(...this.shown(JSON.parse(request.responseText) as Taken, file.name));
          this.changed();
        } else {
          item.remove();
          toast(request.status ? problemIn(request.responseText) : say("offline"));
        }
        done();
      });
      request.send(fields);
    });
  }

  private shown(taken: Taken, name: string, said = ""): HTMLElement[] {
    const kept = document.createElement("input");
    kept.type = "hidden";
    kept.name = this.field;
    kept.value = taken.id;
    const image = document.createElement("img");
    image.src = taken.src;
    image.alt = said || name;
    if (taken.heard) image.dataset["heard"] = ""; // it may have captions
    const alt = document.createElement("input");
    alt.type = "text";
    alt.dir = "auto";
    alt.dataset["typing"] = "";
    alt.value = said;
    alt.placeholder = say("alt");
    alt.ariaLabel = say("alt");
    alt.addEventListener("change", () => {
      const told = this.describe(taken.id, alt).finally(() => this.pending.delete(told));
      this.pending.add(told);
      image.alt = alt.value || name;
    });
    const away = document.createElement("button");
    away.type = "button";
    away.className = "plain";
    away.textContent = say("remove");
    away.addEventListener("click", (event) => {
      (event.target as Element).closest(".attached > div")?.remove();
      void this.tell(`/compose/pictures/${taken.id}/remove`, {}).then((wrong) => wrong && toast(wrong));
      this.changed();
    });
    return [kept, image, alt, away];
  }

  private async describe(id: string, alt: HTMLInputElement): Promise<void> {
    const said = alt.value;
    const wrong = await this.tell(`/compose/pictures/${id}`, { description: said });
    await released();
    if (alt.value !== said) return; // it is being said again
    clearFaults(alt.parentElement ?? this.row);
    if (wrong) fault(alt, `${id}-error`, wrong);
  }

  /** What the server has against it: nothing, mostly. */
  private async tell(address: string, fields: Record<string, string>): Promise<string> {
    const csrf = this.form.querySelector<HTMLInputElement>("[name=csrf]")?.value ?? "";
    try {
      const answer = await fetch(address, { method: "POST", body: new URLSearchParams({ csrf, ...fields }), credentials: "same-origin" });
      return answer.ok ? "" : problemIn(await answer.text());
    } catch {
      toast(say("offline"));
      return "";
    }
  }
}
