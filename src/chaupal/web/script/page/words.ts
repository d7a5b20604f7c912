// What scripts say, in the viewer's language: the server writes it into the page (templates/browser.html).

export const language = document.documentElement.lang || "en";

const plural = new Intl.PluralRules(language);
const digits = new Intl.NumberFormat(`${language}-IN-u-nu-latn`);

/** The sentence of this name; `{n}` and `{what}` in it become the number and the text. */
export function say(name: string, n?: number, what = ""): string {
  const words = document.querySelector<HTMLTemplateElement>("#words")?.content;
  const kind = n === undefined ? name : `${name}-${plural.select(n)}`;
  const found = words?.querySelector(`[data-word="${kind}"]`) ?? words?.querySelector(`[data-word="${name}-other"]`);
  return (found?.textContent ?? "").replace("{n}", n === undefined ? "" : digits.format(n)).replace("{what}", what);
}

/** A button that does nothing without a script, and so stands on no page that has none: made here, the first of `place`. */
export function buttonIn(place: HTMLElement, text: string): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = text;
  place.prepend(button);
  return button;
}
