// What stands on an open page is what its viewer may see: whatever is withheld, deleted or edited goes, or comes as it is now;
// people who are withheld go, too.
import { listHere } from "./pager.ts";

const AT_ONCE = 100; // posts or people that are asked after together (web/square/live.py)
const OF = "main [data-of]";
const WHO = "main [data-who]";

interface Moved { gone: string[]; changed: string[]; away: string[]; at: number }

let asked = Number(document.querySelector<HTMLElement>("main")?.dataset["made"] ?? 0); // by the server's clock

const about = (id: string): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(OF)].filter((one) => one.dataset["of"] === id);

export const anyHere = (): boolean => document.querySelector(`${OF}, ${WHO}`) !== null;

/** The post as the server shows it now takes the place of how it stood; where there is none, nothing does. */
async function anew(post: HTMLElement): Promise<void> {
  const answer = await fetch(`/live/posts/${post.id.slice(1)}`, { credentials: "same-origin" }).catch(() => null);
  const page = answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  const fresh = page?.querySelector<HTMLElement>("article.post");
  if (!fresh) return left(post);
  fresh.className = post.className;
  post.replaceWith(document.adoptNode(fresh));
  document.dispatchEvent(new CustomEvent("fresh"));
}

function left(post: HTMLElement): void {
  post.remove();
  document.dispatchEvent(new CustomEvent("fresh"));
}

/** It is not shown here any more: gone from a list at once; elsewhere its words go at once, and what is told instead comes. */
export function gone(id: string): void {
  for (const one of about(id)) {
    const post = one.closest<HTMLElement>("article.post");
    if (one === post && listHere()?.contains(post)) {
      left(post);
    } else if (post) {
      one.replaceChildren();
      void anew(post);
    }
  }
}

/** It looks otherwise now. */
export function changed(id: string): void {
  for (const one of about(id)) {
    const post = one.closest<HTMLElement>("article.post");
    if (post) void anew(post);
  }
}

/** A person is not shown here any more: gone from among others; on their own page, what is told instead comes. */
export function away(id: string): void {
  for (const one of document.querySelectorAll<HTMLElement>(WHO)) {
    if (one.dataset["who"] !== id) continue;
    one.remove();
    if (one.matches(".profile")) location.reload();
  }
}

const idsOf = (things: Iterable<HTMLElement>, kind: "of" | "who"): string[] => [...new Set([...things].flatMap((one) => one.dataset[kind] ?? []))];

const within = (things: HTMLElement[], which: string): HTMLElement[] =>
  things.flatMap((one) => [...(one.matches(which) ? [one] : []), ...one.querySelectorAll<HTMLElement>(which)]);

/** Ask what became of all that stands here since it was put here, or since it was asked last. */
export async function catchUp(): Promise<void> {
  const at = await ask([...document.querySelectorAll<HTMLElement>(OF)], [...document.querySelectorAll<HTMLElement>(WHO)]);
  asked = at ?? asked;
}

/** Ask what became of these while they were on their way: what was told of them meanwhile found nothing here. */
export async function checkWhatCame(things: HTMLElement[]): Promise<void> {
  await ask(within(things, "[data-of]"), within(things, "[data-who]"));
}

/** When (by the server's clock) it was so; undefined where it was not said. */
async function ask(posts: HTMLElement[], people: HTMLElement[]): Promise<number | undefined> {
  const since = asked, ids = idsOf(posts, "of"), whose = idsOf(people, "who");
  let said: number | undefined;
  for (let at = 0; at < Math.max(ids.length, whose.length); at += AT_ONCE) {
    const some = (all: string[]): string => all.slice(at, at + AT_ONCE).join(",");
    const answer = await fetch(`/live/standing?since=${since}&ids=${some(ids)}&people=${some(whose)}`, { credentials: "same-origin" });
    if (!answer.ok) return undefined;
    const moved = (await answer.json()) as Moved;
    moved.gone.forEach(gone);
    moved.changed.forEach(changed);
    moved.away.forEach(away);
    said = moved.at;
  }
  return said;
}
