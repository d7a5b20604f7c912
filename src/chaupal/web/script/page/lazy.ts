// What is needed on some pages only comes when it is there to be used; a page without it works.

import { rememberSearches } from "./searched.ts";

const bring = (address: string | undefined): void => {
  if (address) void import(address).catch(() => undefined);
};

export function bringWhatIsNeeded(): void {
  bring(document.querySelector<HTMLElement>("[data-composer]")?.dataset["composer"]);
  bring(document.querySelector<HTMLElement>("input[data-names]")?.dataset["names"]);
  const lightbox = document.querySelector<HTMLElement>("[data-lightbox]")?.dataset["lightbox"];
  if (document.querySelector("a[data-picture]")) bring(lightbox);
  else document.addEventListener("pointerover", function near(event) {
    if (!(event.target instanceof Element) || !event.target.closest("a[data-picture]")) return;
    document.removeEventListener("pointerover", near);
    bring(lightbox);
  });
  // What a limit's receipt says is checked when somebody opens it: `toggle` does not bubble, so it is caught on its way down.
  document.addEventListener("toggle", (event) => {
    const opened = event.target;
    if (!(opened instanceof HTMLDetailsElement) || !opened.open || !opened.dataset["check"]) return;
    void import(opened.dataset["check"]).then((limit: { check(of: HTMLElement): Promise<void> }) => limit.check(opened)).catch(() => undefined);
  }, true);
  rememberSearches();
  const sought = (in_: EventTarget | null): string | undefined =>
    in_ instanceof HTMLInputElement ? in_.closest<HTMLElement>("[data-seek]")?.dataset["seek"] : undefined;
  const already = sought(document.activeElement); // `autofocus` does not wait for this script
  if (already) bring(already);
  else document.addEventListener("focusin", function seek(event) {
    const address = sought(event.target);
    if (!address) return;
    document.removeEventListener("focusin", seek);
    bring(address);
  });
  const typed = document.querySelector<HTMLElement>("[data-typing]")?.dataset["typing"];
  if (typed) setTimeout(() => bring(typed), 300); // after what one came to read
}
