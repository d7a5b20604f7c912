// Likes, reposts, saves, follows: done without leaving the page. The answer is the row of buttons as it is now; a line says
// what was done where it can be taken back. Nothing that one reads jumps.
import { partFor } from "./ask.ts";
import { leaveWord, takeWord } from "./kept.ts";
import { standOnUndo, toast, toastWithUndo } from "./toast.ts";
import { goOnAt } from "./walk.ts";
import { say } from "./words.ts";

const HERE = "form[data-part]";
const WAIT = 10; // seconds in which a post that is thrown away can be had back
const JUST = 60_000; // ms: a post that is older is not the one that was just sent, which need not be on this page
const BACK: Record<string, string> = {
  save: "unsave", unsave: "save", repost: "unrepost", unrepost: "repost", unfollow: "follow", mute: "unmute", block: "unblock",
};

const verbOf = (button: HTMLButtonElement): string => /\/(\w+)$/.exec(button.getAttribute("formaction") ?? "")?.[1] ?? "";

/** A like is seen at once, before the server has answered; twice: it is as it was. */
function flip(button: HTMLButtonElement): void {
  const was = button.getAttribute("aria-pressed");
  if (was) button.setAttribute("aria-pressed", String(was !== "true"));
}

/** The same form with another deed: a button of the kind, which nobody sees. */
function otherwise(form: HTMLFormElement, button: HTMLButtonElement, verb: string): HTMLButtonElement {
  const other = document.createElement("button");
  other.setAttribute("formaction", (button.getAttribute("formaction") ?? "").replace(/\w+$/, verb));
  other.hidden = true;
  form.append(other);
  return other;
}

// What was pressed while the answer to an earlier press was on its way: done once that is here.
const waiting = new WeakMap<HTMLFormElement, HTMLButtonElement>();

async function deed(form: HTMLFormElement, button: HTMLButtonElement, undone = false): Promise<void> {
  flip(button);
  if (form.ariaBusy === "true") return wait(form, button);
  form.ariaBusy = "true";
  const part = await partFor(form, button);
  form.ariaBusy = "false";
  const next = waiting.get(form);
  if (!part) for (const one of next ? [button, next] : [button]) flip(one);
  if (part === null) {
    resend(form, button);
  } else if (part) {
    const fresh = put(form, button, part);
    const back = BACK[verbOf(button)];
    if (fresh && back && !undone) toastWithUndo(say(`did-${verbOf(button)}`), () => void deed(fresh, otherwise(fresh, button, back), true));
    const again = next && fresh?.elements[[...form.elements].indexOf(next)];
    if (fresh && again instanceof HTMLButtonElement) void deed(fresh, again, undone);
  }
  waiting.delete(form);
}

/** Pressed twice it is as it was. */
function wait(form: HTMLFormElement, button: HTMLButtonElement): void {
  if (waiting.get(form) === button) waiting.delete(form);
  else waiting.set(form, button);
}

function put(form: HTMLFormElement, button: HTMLButtonElement, part: string): HTMLFormElement | null {
  const stood = [...form.querySelectorAll("button, summary")].find((one) => one === document.activeElement) ?? button;
  const at = [...form.elements].indexOf(stood);
  const menu = [...form.querySelectorAll("details")].findIndex((one) => one.contains(stood));
  const parsed = new DOMParser().parseFromString(part, "text/html");
  const fresh = parsed.querySelector<HTMLFormElement>(HERE);
  if (!fresh) return null;
  const mine = document.adoptNode(fresh);
  form.replaceWith(mine);
  const summary = menu < 0 ? null : mine.querySelectorAll<HTMLElement>("details > summary")[menu];
  (summary ?? (mine.elements[at] as HTMLElement | undefined))?.focus({ preventScroll: true });
  return mine;
}

/** Where one reads on when this one is not there any more. */
function following(post: HTMLElement): HTMLElement | null {
  const all = [...document.querySelectorAll<HTMLElement>("main article[id]")].filter((one) => one === post || one.checkVisibility());
  return all[all.indexOf(post) + 1] ?? all[all.indexOf(post) - 1] ?? document.querySelector<HTMLElement>("main h1");
}

/** Somebody is muted or blocked from one of their posts: what they wrote goes from the page, and comes back with the undo. */
async function quiet(form: HTMLFormElement, button: HTMLButtonElement, post: HTMLElement): Promise<void> {
  const answer = await partFor(form, button);
  if (answer === null) return resend(form, button);
  if (!answer) return;
  const theirs = [...document.querySelectorAll<HTMLElement>(`article[data-by="${post.dataset["by"] ?? ""}"]:not([hidden])`)];
  for (const one of theirs) one.hidden = true;
  const verb = verbOf(button);
  toastWithUndo(say(`did-${verb}`), () => {
    for (const one of theirs) one.hidden = false;
    goOnAt(post);
    void partFor(form, otherwise(form, button, BACK[verb] ?? verb));
  });
  standOnUndo(following(post));
}

function resend(form: HTMLFormElement, button: HTMLButtonElement): void {
  form.dataset["plain"] = "1";
  form.requestSubmit(button);
}

/** A post is gone from the page at once, and from the server when it cannot be taken back any more. */
function throwAway(form: HTMLFormElement, button: HTMLButtonElement, post: HTMLElement): void {
  const address = button.getAttribute("formaction") ?? "";
  const body = new URLSearchParams({ csrf: form.querySelector<HTMLInputElement>("[name=csrf]")?.value ?? "" });
  post.hidden = true;
  const restore = (): void => { post.hidden = false; };
  const next = following(post);
  const undo = (): void => { restore(); goOnAt(post); };
  toastWithUndo(say("did-delete"), undo, WAIT, () => {
    // `keepalive`: the page may be on its way out.
    fetch(address, { method: "POST", body, credentials: "same-origin", redirect: "manual", keepalive: true })
      .then((answer) => (answer.ok || answer.type === "opaqueredirect" ? post.remove() : restore()), restore);
  });
  standOnUndo(next);
}

/** What changes the whole page: without leaving it where the post is one of a list. True: it is done here. */
function inPlace(form: HTMLFormElement, button: HTMLButtonElement): boolean {
  const post = form.closest<HTMLElement>("article.post[data-by]");
  const verb = verbOf(button);
  if (!post || post.matches(".focal")) return false;
  if (verb === "delete") throwAway(form, button, post);
  else if ((verb === "mute" || verb === "block") && !document.querySelector(".profile[data-who]")) void quiet(form, button, post);
  else return false;
  return true;
}

/** Whoever has just posted stands at their post: the answer to a form that a script sent does not say where it is. */
function standAtMine(): void {
  const drawn = Number(document.querySelector<HTMLElement>("main")?.dataset["made"]);
  const isNew = (post: HTMLElement): boolean => drawn - Date.parse(post.querySelector("time")?.dateTime ?? "") < JUST;
  const number = (post: HTMLElement): number => Number(post.id.slice(1));
  const mine = [...document.querySelectorAll<HTMLElement>("article.post:has(.menu a[href$='/edit'])")].filter(isNew);
  const [newest] = mine.sort((one, other) => number(other) - number(one));
  goOnAt(newest);
  newest?.scrollIntoView({ block: "center" });
}

/** What leads to another page is said there: a post, and on a profile a block or a mute. */
function tellOnReturn(): void {
  const verb = takeWord();
  if (verb === "posted") {
    standAtMine();
    return toast(say(verb));
  }
  const back = document.querySelector<HTMLButtonElement>(`.profile[data-who] button[formaction$="/${BACK[verb] ?? ""}"]`);
  if (verb && back) toastWithUndo(say(`did-${verb}`), () => back.form?.requestSubmit(back));
}

export function watchDeeds(): void {
  tellOnReturn();
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    const button = event.submitter;
    if (!form.matches(HERE) || form.dataset["plain"] || !(button instanceof HTMLButtonElement)) return;
    if (button.dataset["whole"] !== undefined) {
      if (inPlace(form, button) || (verbOf(button) === "delete" && !confirm(say("sure")))) event.preventDefault();
      else if (["block", "mute"].includes(verbOf(button))) leaveWord(verbOf(button));
      return;
    }
    event.preventDefault();
    void deed(form, button);
  });
}
