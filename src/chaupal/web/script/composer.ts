// The sheet one writes on: counted, completed, with pictures; sent without leaving the page, and never lost.
import { Drafts } from "./compose/drafts.ts";
import { Keeper } from "./compose/keep.ts";
import { Series } from "./compose/series.ts";
import { Suggestions } from "./compose/suggest.ts";
import { nameIn } from "./compose/typed.ts";
import { addCounter } from "./compose/counter.ts";
import { problemIn } from "./page/ask.ts";
import { clearFaults, showFaults } from "./page/faults.ts";
import { leaveWord } from "./page/kept.ts";
import { listHere, put } from "./page/pager.ts";
import { toast, toastWithLink } from "./page/toast.ts";
import { goOnAt } from "./page/walk.ts";
import { say } from "./page/words.ts";

const LOGIN = "/login";
const PICTURES = 4;

/** Where the form goes, and whether that posts it: else it is kept as a draft. */
interface Wish { action: string; posts: boolean }

/** What makes a post that is sent twice come once. It stands beside the form, which is the same for everybody. */
const keyOn = (page: Document): HTMLInputElement | null => page.querySelector<HTMLInputElement>("[name=key]");

class Composer {
  private readonly keeper: Keeper;
  private readonly series: Series;
  private readonly drafts: Drafts;
  private readonly key = keyOn(document);
  private sending = false;
  private wish: Wish = { action: "", posts: false };

  constructor(private readonly form: HTMLFormElement, private readonly text: HTMLTextAreaElement) {
    this.series = new Series(form, Number(form.dataset["pictures"] ?? PICTURES), (field, post) => this.furnish(field, post));
    this.keeper = new Keeper(form, text, this.series);
    this.drafts = new Drafts(form, text);
    this.keeper.restore(() => {
      this.series.clear();
      void this.drafts.drop();
    });
    // A browser asks whoever leaves while a film is on its way, which would be lost.
    addEventListener("beforeunload", (event) => this.series.busy && event.preventDefault());
    for (const event of ["focusin", "input", "change"]) form.addEventListener(event, () => form.classList.add("open"));
    if (text.value !== text.defaultValue || form.querySelector(".restored, .attached > *, .following")) form.classList.add("open");
    this.furnish(text, form);
    offerEmoji(form, text);
    form.addEventListener("submit", (event) => {
      const button = event.submitter as HTMLButtonElement | null;
      if (button?.name) return; // another deed than sending: as without a script
      event.preventDefault();
      const elsewhere = button?.getAttribute("formaction");
      void this.submit({ action: elsewhere ?? form.action, posts: !elsewhere });
    });
  }

  /** What every field of words has. */
  private furnish(text: HTMLTextAreaElement, post: HTMLElement): void {
    addCounter(this.form, text, Number(this.form.dataset["most"] ?? 500), post);
    new Suggestions(text);
  }

  /** While something attached is on its way, what is pressed last is what will be done. */
  private async submit(wish: Wish): Promise<void> {
    this.wish = wish;
    if (!this.sending && wish.posts && this.series.asks()) return;
    if (this.series.busy) toast(say(wish.posts ? "when-there" : "draft-when-there"));
    if (this.sending) return;
    this.sending = true;
    this.form.ariaBusy = "true";
    this.keeper.keep();
    try {
      await this.series.settled();
      const { action, posts } = this.wish;
      const wrong = posts ? this.series.wrong() : null;
      if (wrong) return wrong.focus();
      if (posts && this.series.asks()) return; // for what was not there yet when it was pressed
      const answer = await fetch(action, { method: "POST", body: new FormData(this.form), credentials: "same-origin" });
      const html = await answer.text();
      if (answer.status === 401 || new URL(answer.url).pathname === LOGIN)
        toastWithLink(say("signed-out"), `${LOGIN}?next=${encodeURIComponent(location.pathname)}`, say("log-in"));
      else if (answer.ok) this.done(answer.url, html, posts);
      else this.refused(html);
    } catch {
      toast(say("unsent"), true);
    } finally {
      this.form.ariaBusy = "false";
      this.sending = false;
    }
  }

  private done(url: string, html: string, posted: boolean): void {
    this.keeper.forget();
    this.drafts.part();
    const page = new DOMParser().parseFromString(html, "text/html");
    const key = keyOn(page)?.value;
    if (new URL(url).pathname !== location.pathname || !listHere() || !this.key || !key || location.search) {
      this.keeper.stop();
      if (posted && new URL(this.form.action).pathname === "/compose" && new URL(url).pathname !== "/scheduled") leaveWord("posted");
      location.assign(url);
      return;
    }
    this.form.reset();
    this.form.classList.remove("open");
    for (const fold of this.form.querySelectorAll<HTMLDetailsElement>("details[open]")) fold.open = false;
    this.series.clear();
    clearFaults(this.form);
    this.form.querySelectorAll("input[name='kept[]'], .restored").forEach((one) => one.remove());
    this.key.value = key;
    put(page, "start");
    goOnAt(listHere()?.querySelector<HTMLElement>(":scope > [id]"));
    toast(say("posted"));
  }

  private refused(html: string): void {
    clearFaults(this.form);
    const wrong = showFaults(this.form, html, this.text);
    if (!wrong) return toast(`${problemIn(html)} ${say("words-kept")}`, true);
    const place = wrong instanceof HTMLFieldSetElement ? wrong.querySelector<HTMLElement>("input:not([type=file]), label") : wrong;
    (place ?? wrong).focus();
    wrong.scrollIntoView({ block: "nearest" });
  }
}

/** Whoever pressed "reply" goes on writing, behind whom it is for: a link to the form alone leaves them before it. */
function writeWhereItLeads(form: HTMLFormElement, text: HTMLTextAreaElement): void {
  const write = (): void => {
    text.focus();
    text.setSelectionRange(text.value.length, text.value.length);
  };
  if (location.hash === `#${form.id}`) write();
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>(`a[href$="#${form.id}"]`) : null;
    if (!link || link.pathname !== location.pathname) return;
    event.preventDefault();
    write();
  });
}

/** The picker comes when it is opened for the first time. */
function offerEmoji(form: HTMLFormElement, text: HTMLTextAreaElement): void {
  const place = form.querySelector<HTMLDetailsElement>("details[data-emoji]");
  if (!place) return;
  place.hidden = false;
  place.addEventListener("toggle", () => {
    const { emoji, emojiNames } = place.dataset;
    if (!place.open || !emoji || !emojiNames) return;
    delete place.dataset["emoji"];
    void import(emoji).then((picker: { open(place: HTMLDetailsElement, list: string, text: HTMLTextAreaElement): Promise<void> }) => picker.open(place, emojiNames, text))
      .catch(() => { place.dataset["emoji"] = emoji; place.open = false; toast(say("failed")); });
  });
}

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-composer]")) {
  const text = form.querySelector<HTMLTextAreaElement>("textarea[name=text]");
  if (!text) continue;
  new Composer(form, text);
  writeWhereItLeads(form, text);
}

for (const field of document.querySelectorAll<HTMLInputElement>("input[data-names]")) new Suggestions(field, nameIn);
