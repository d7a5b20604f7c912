// Nothing typed is lost: it lies in this browser until it is sent, and comes back with a word about it.
import { say } from "../page/words.ts";

const PAUSE = 300; // ms after the last key
const GOOD_FOR = 30 * 86_400_000;
const NOT_TYPED = "[type=hidden], [type=file], [name^=kept], [name$='[kept][]'], .attached *";

type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** What was filled in, by the names of its fields in their order; pictures that arrived, which are no fields of the page's own. */
interface Kept { at: number; text: string; fields: Record<string, string[]>; pictures: unknown[]; draft: string }

/** What a script adds to the form, as it can be kept and put back: pictures that came in, and posts that follow the first
 *  (`grow` makes the fields of those that are named). */
export interface Attached { all(): unknown[]; put(these: unknown[]): void; grow(names: string[]): void }

const ticks = (one: Field): one is HTMLInputElement => one instanceof HTMLInputElement && one.type === "checkbox";

const valueOf = (one: Field): string => (ticks(one) ? (one.checked ? "1" : "") : one.value);

/** As it was when the page came. */
function begunWith(one: Field): string {
  if (ticks(one)) return one.defaultChecked ? "1" : "";
  if (one instanceof HTMLSelectElement) return ([...one.options].find((option) => option.defaultSelected) ?? one.options[0])?.value ?? "";
  return one.defaultValue;
}

const bare = (text: string): string => text.normalize("NFC").replace(/\s+/g, "");

/** Whether these words stand on the page as a post of one's own: a form that went before this script was here is sent. */
function isSent(text: string): boolean {
  const mine = document.querySelectorAll("article.post:has(.menu a[href$='/edit']) .words");
  return bare(text) !== "" && [...mine].some((words) => bare(words.textContent ?? "") === bare(text));
}

/** Where the words of a form lie: one place for each account and each post that is answered, quoted or changed. */
function placeOf(form: HTMLFormElement): string {
  const idOf = (name: string): string => form.querySelector<HTMLInputElement>(`[name=${name}]`)?.value ?? "";
  const action = new URL(form.action).pathname;
  const what = action !== "/compose" ? action : (idOf("plan") && `plan-${idOf("plan")}`) || idOf("reply_to") || (idOf("quoting") && `quote-${idOf("quoting")}`) || "new";
  return `chaupal.unsent:${form.dataset["me"] ?? ""}:${what}`;
}

export class Keeper {
  private timer = 0;
  private over = false;

  constructor(private readonly form: HTMLFormElement, private readonly text: HTMLTextAreaElement, private readonly pictures: Attached) {
    for (const event of ["input", "change"]) form.addEventListener(event, () => {
      clearTimeout(this.timer);
      this.timer = window.setTimeout(() => this.keep(), PAUSE);
    });
    addEventListener("pagehide", () => this.keep());
    if (this.touched) this.keep(); // on a slow line somebody may have typed before this script was here
  }

  private get fields(): Field[] {
    const all = [...this.form.elements] as Field[];
    return all.filter((one) => one.name && "value" in one && !(one instanceof HTMLButtonElement) && !one.matches(NOT_TYPED));
  }

  /** Whether something was written: another audience alone is nothing to lose. */
  private get touched(): boolean {
    const written = (one: Field): boolean => !ticks(one) && !(one instanceof HTMLSelectElement);
    return this.pictures.all().length > 0 || this.fields.some((one) => written(one) && one.value.trim() !== begunWith(one).trim());
  }

  keep(): void {
    if (this.over) return;
    if (!this.touched) return this.forget();
    const draft = this.form.querySelector<HTMLInputElement>("[name=draft]")?.value ?? "";
    const kept: Kept = { at: Date.now(), text: this.text.value, fields: {}, pictures: this.pictures.all(), draft };
    for (const one of this.fields) (kept.fields[one.name] ??= []).push(valueOf(one));
    try {
      localStorage.setItem(placeOf(this.form), JSON.stringify(kept));
    } catch {
      // a browser that keeps nothing for sites: the page itself still holds the words
    }
  }

  forget(): void {
    clearTimeout(this.timer);
    try {
      localStorage.removeItem(placeOf(this.form));
    } catch {
      // as above
    }
  }

  /** It is sent, and the page goes. */
  stop(): void {
    this.over = true;
    this.forget();
  }

  /** Put back what was not sent, and say so; `dropped` is called where it is not wanted any more. */
  restore(dropped: () => void): void {
    const kept = this.kept();
    if (!kept?.fields || this.touched || !this.differs(kept)) return;
    if (isSent(kept.text)) return this.forget();
    this.pictures.grow(Object.keys(kept.fields));
    const come = new Map<string, number>();
    for (const one of this.fields) {
      const at = come.get(one.name) ?? 0;
      come.set(one.name, at + 1);
      this.fill(one, kept.fields[one.name]?.[at]);
    }
    this.pictures.put(kept.pictures);
    if (kept.draft && !this.form.querySelector("[name=draft]")) this.form.append(hidden("draft", kept.draft));
    this.note(dropped);
  }

  private differs(kept: Kept): boolean {
    const come = new Map<string, number>();
    const here = new Set(this.fields.map((one) => one.name));
    if (Object.entries(kept.fields).some(([name, values]) => name.startsWith("more[") && !here.has(name) && values.some((one) => one.trim()))) return true;
    return kept.pictures.length > 0 || this.fields.some((one) => {
      const at = come.get(one.name) ?? 0;
      come.set(one.name, at + 1);
      return (kept.fields[one.name]?.[at] ?? valueOf(one)) !== valueOf(one);
    });
  }

  private fill(one: Field, value: string | undefined): void {
    if (value === undefined) return;
    if (ticks(one)) one.checked = value === "1";
    else one.value = value;
    if (valueOf(one) !== begunWith(one)) one.closest("details")?.setAttribute("open", "");
  }

  private note(dropped: () => void): void {
    const note = document.createElement("p");
    note.className = "said restored";
    note.role = "status";
    const drop = document.createElement("button");
    drop.type = "button";
    drop.className = "plain";
    drop.textContent = say("discard");
    drop.addEventListener("click", () => {
      this.form.reset();
      this.forget();
      dropped();
      note.remove();
      this.form.dispatchEvent(new Event("input", { bubbles: true }));
      this.text.focus();
    });
    note.append(say("restored"), " ", drop);
    this.form.prepend(note);
    this.form.addEventListener("reset", () => note.remove(), { once: true });
  }

  private kept(): Kept | null {
    try {
      const kept = JSON.parse(localStorage.getItem(placeOf(this.form)) ?? "null") as Kept | null;
      return kept && Date.now() - kept.at < GOOD_FOR ? kept : null;
    } catch {
      return null;
    }
  }
}

function hidden(name: string, value: string): HTMLInputElement {
  const one = document.createElement("input");
  one.type = "hidden";
  one.name = name;
  one.value = value;
  return one;
}
