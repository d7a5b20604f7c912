// Pictures, films and sounds: chosen, dropped, pasted or from the camera; sent at once, described beside themselves, taken away
// again. One that is refused stands there with its reason until it is taken away, and no post goes without it meanwhile.
import { problemIn } from "../page/ask.ts";
import { clearFaults, fault } from "../page/faults.ts";
import { released } from "../page/press.ts";
import { say } from "../page/words.ts";
import { toast } from "../page/toast.ts";

const LOOKED_AT = 2_000; // ms between two looks at a film that is being prepared
const MB = 1_000_000;

interface Taken { id: string; src: string; heard?: boolean; waits?: boolean }
interface Shown extends Taken { name: string; alt: string }

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

export class Pictures {
  private readonly row = document.createElement("div");
  private readonly chooser = document.createElement("input");
  private readonly pending = new Set<Promise<unknown>>();
  private readonly taken = new WeakMap<Element, Taken>();
  private asked = false;

  constructor(private readonly form: HTMLFormElement, private readonly most: number, private readonly changed: () => void,
    private readonly post: HTMLElement = form, private readonly field = "kept[]") {
    this.row.className = "attached";
    this.row.ariaLive = "polite"; // that it came, and where it is described: the eye sees it appear
    const chooser = this.chooser;
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

  /** Everything that was begun is with the server, and ready. */
  async settled(): Promise<void> {
    while (this.pending.size) await Promise.all(this.pending);
  }

  get busy(): boolean {
    return this.pending.size > 0;
  }

  /** A description that could not be taken, or the button that takes away what was refused. */
  wrong(): HTMLElement | null {
    return this.row.querySelector<HTMLElement>("[aria-invalid], .refused button");
  }

  /** True once, or (where they want it so) each time: where pictures have no description, the first such field is shown and asked for. */
  asks(): boolean {
    const empty = [...this.row.querySelectorAll<HTMLInputElement>("input[type=text]")].find((field) => !field.value.trim());
    if (!empty || (this.asked && this.form.dataset["requireAlt"] === undefined)) return false;
    this.asked = true;
    toast(say("describe"), true);
    empty.focus();
    return true;
  }

  /** Those that arrived, with what was said of them. */
  all(): Shown[] {
    return [...this.row.children].flatMap((item) => {
      const taken = this.taken.get(item);
      if (!taken) return [];
      return { ...taken, name: item.getAttribute("title") ?? "", alt: item.querySelector<HTMLInputElement>("input[type=text]")?.value ?? "" };
    });
  }

  /** Those that had arrived when the page was left. */
  put(these: unknown[]): void {
    for (const one of these as Shown[]) {
      const item = document.createElement("div");
      this.row.append(item);
      this.show(item, one, one.name, one.alt);
    }
  }

  clear(): void {
    this.row.replaceChildren();
    this.asked = false;
  }

  private take(files: FileList | null): void {
    for (const file of files ?? []) {
      if (this.row.querySelectorAll(":scope > div:not(.refused)").length + this.post.querySelectorAll(":scope > fieldset .kept input:checked").length >= this.most) {
        toast(say("most-pictures", this.most));
        return;
      }
      const item = document.createElement("div");
      this.row.append(item);
      const most = Number(this.form.dataset[file.type.startsWith("image/") ? "mostPicture" : "mostFilm"]);
      if (file.size > most) this.refuse(item, file.name, say("too-large", most / MB));
      else this.hold(this.send(item, file));
    }
  }

  /** Nothing is posted before it is done. */
  private hold(doing: Promise<unknown>): void {
    const held = doing.finally(() => this.pending.delete(held));
    this.pending.add(held);
  }

  private send(item: HTMLElement, file: File): Promise<void> {
    const fields = new FormData();
    fields.set("csrf", this.form.querySelector<HTMLInputElement>("[name=csrf]")?.value ?? "");
    fields.set("file", file);
    return new Promise((done) => {
      const request = new XMLHttpRequest();
      const bar = this.waiting(item, say("sending", undefined, file.name), () => request.abort());
      bar.max = 1;
      bar.value = 0;
      request.open("POST", "/compose/pictures");
      request.upload.addEventListener("progress", (event) => (bar.value = event.total ? event.loaded / event.total : 0));
      // All of it is there, and being looked at: how long that takes nobody knows.
      request.upload.addEventListener("load", () => bar.removeAttribute("value"));
      request.addEventListener("loadend", () => {
        const kind = request.getResponseHeader("content-type") ?? "";
        if (request.status === 200 && kind.startsWith("application/json")) this.show(item, JSON.parse(request.responseText) as Taken, file.name);
        else if (item.isConnected) this.refuse(item, file.name, request.status ? problemIn(request.responseText) : say("offline"));
        this.changed();
        done();
      });
      request.send(fields);
    });
  }

  /** A bar, what is waited for, and a way to wait no more. */
  private waiting(item: HTMLElement, words: string, stop: () => void): HTMLProgressElement {
    const bar = document.createElement("progress");
    bar.ariaLabel = words;
    item.replaceChildren(bar, line(words), this.away(stop));
    return bar;
  }

  private refuse(item: HTMLElement, name: string, why: string): void {
    const words = line(why);
    const file = document.createElement("bdi");
    file.textContent = name;
    words.role = "alert";
    words.prepend(file, " ");
    item.className = "refused";
    item.replaceChildren(words, this.away(() => undefined));
  }

  private show(item: HTMLElement, taken: Taken, name: string, said = ""): void {
    item.title = name;
    this.taken.set(item, taken);
    if (taken.waits) return this.hold(this.prepared(item, taken, name, said));
    item.replaceChildren(...this.shown(taken, name, said));
  }

  /** A film is painted anew once it is there; whoever loses their line meanwhile loses nothing. */
  private async prepared(item: HTMLElement, taken: Taken, name: string, said: string): Promise<void> {
    this.waiting(item, say("preparing", undefined, name), () => this.withdraw(taken.id));
    while (item.isConnected) {
      await pause(LOOKED_AT);
      const answer = await fetch(`/compose/pictures/${taken.id}`, { credentials: "same-origin", redirect: "manual" }).catch(() => null);
      // Who is logged out is led to the log-in, who is on a hotel's network to its page: neither says anything of the film.
      if (!answer || answer.type === "opaqueredirect" || answer.status >= 500) continue;
      const now = answer.ok ? ((await answer.json().catch(() => null)) as Taken | null) : null;
      if (answer.ok && (!now || now.waits)) continue;
      if (now) this.show(item, now, name, said);
      else {
        this.taken.delete(item);
        this.refuse(item, name, problemIn(await answer.text()));
      }
      return this.changed();
    }
  }

  private shown(taken: Taken, name: string, said: string): HTMLElement[] {
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
      this.hold(this.describe(taken.id, alt));
      image.alt = alt.value || name;
    });
    return [kept, image, alt, this.away(() => this.withdraw(taken.id))];
  }

  private away(undone: () => void): HTMLButtonElement {
    const away = document.createElement("button");
    away.type = "button";
    away.className = "plain";
    away.textContent = say("remove");
    away.addEventListener("click", () => {
      away.closest(".attached > div")?.remove();
      this.chooser.focus();
      undone();
      this.changed();
    });
    return away;
  }

  private withdraw(id: string): void {
    void this.tell(`/compose/pictures/${id}/remove`, {}).then((wrong) => wrong && toast(wrong));
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

function line(words: string): HTMLParagraphElement {
  const made = document.createElement("p");
  made.textContent = words;
  return made;
}
