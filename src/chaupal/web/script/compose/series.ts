// Posts that go on from the first, written in one go: a field more for each, with its own count and pictures, sent together.
import type { Attached } from "./keep.ts";
import { Pictures } from "./pictures.ts";
import { say } from "../page/words.ts";
import { toast } from "../page/toast.ts";

const NAMED = /^more\[(\d+)\]\[text\]$/;
const FIRST = 0; // whose pictures they are, where they are kept

/** Gives a field what the first one has: a counter, names that are completed, a key to send. */
export type Furnish = (text: HTMLTextAreaElement, post: HTMLElement) => void;

export class Series implements Attached {
  private readonly of = new Map<number, Pictures>();
  private readonly end: HTMLElement | null;

  constructor(private readonly form: HTMLFormElement, private readonly most: number, private readonly furnish: Furnish) {
    this.of.set(FIRST, new Pictures(form, most, () => this.changed()));
    this.end = form.querySelector("template[data-following]");
    for (const post of form.querySelectorAll<HTMLElement>(".following")) this.take(post);
    form.querySelector("[data-add]")?.addEventListener("click", (event) => {
      event.preventDefault();
      this.add(Math.max(...this.of.keys()) + 1)?.focus();
    });
  }

  /** Everything that was begun is with the server. */
  async settled(): Promise<void> {
    await Promise.all([...this.of.values()].map((one) => one.settled()));
  }

  get busy(): boolean {
    return [...this.of.values()].some((one) => one.busy);
  }

  wrong(): HTMLElement | null {
    return [...this.of.values()].map((one) => one.wrong()).find((one) => one) ?? null;
  }

  asks(): boolean {
    return [...this.of.values()].some((one) => one.asks());
  }

  all(): unknown[] {
    return [...this.of].flatMap(([n, one]) => one.all().map((picture) => ({ ...(picture as object), n })));
  }

  put(these: unknown[]): void {
    for (const one of these as { n?: number }[]) {
      const n = one.n ?? FIRST;
      if (!this.of.has(n)) this.add(n);
      this.of.get(n)?.put([one]);
    }
  }

  grow(names: string[]): void {
    for (const name of names) {
      const n = Number(NAMED.exec(name)?.[1] ?? FIRST);
      if (!this.of.has(n)) this.add(n);
    }
  }

  /** The first post is alone again, and has no pictures. */
  clear(): void {
    for (const post of this.form.querySelectorAll(".following")) post.remove();
    for (const [n, one] of this.of) {
      if (n === FIRST) one.clear();
      else this.of.delete(n);
    }
  }

  private add(n: number): HTMLTextAreaElement | null {
    const most = Number(this.form.dataset["mostPosts"] ?? 25);
    if (this.of.size >= most) {
      toast(say("most-posts", most));
      return null;
    }
    const made = this.end instanceof HTMLTemplateElement ? this.end.innerHTML.replaceAll("0N0", String(n)) : "";
    const post = new DOMParser().parseFromString(made, "text/html").querySelector<HTMLElement>(".following");
    if (!post) return null;
    this.end?.before(document.adoptNode(post));
    this.changed();
    return this.take(post);
  }

  private take(post: HTMLElement): HTMLTextAreaElement | null {
    const n = Number(post.dataset["n"]);
    const text = post.querySelector("textarea");
    this.of.set(n, new Pictures(this.form, this.most, () => this.changed(), post, `more[${n}][kept][]`));
    const away = document.createElement("button");
    away.type = "button";
    away.className = "plain";
    away.textContent = say("remove");
    away.addEventListener("click", () => {
      const before = post.previousElementSibling?.querySelector("textarea") ?? this.form.querySelector("textarea");
      post.remove();
      this.of.delete(n);
      this.changed();
      before?.focus();
    });
    post.querySelector(".sheet-foot")?.append(away);
    if (text) this.furnish(text, post);
    document.dispatchEvent(new CustomEvent("field"));
    return text;
  }

  private changed(): void {
    this.form.dispatchEvent(new Event("input"));
  }
}
