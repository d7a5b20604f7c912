// How long a post is, as the server counts it (text/length.py): grapheme clusters; a link is 23, a remote mention its name.

// Possessive, as text/entities.py has them: what was once taken is not given back.
let groups = 0;
const whole = (pattern: string): string => `(?=(?<p${++groups}>${pattern}))\\k<p${groups}>`;

const FOREIGN = "(?:(?![\\x00-\\x7f])[\\p{L}\\p{M}\\p{Nd}\\u200c\\u200d])";
const PART = `(?:[0-9]*${FOREIGN}(?:${FOREIGN}|[0-9])*|[a-zA-Z0-9]+)`;
const LABEL = `(?![\\p{L}\\p{M}\\p{Nd}\\u200c\\u200d_\\-]{64})_*${PART}(?:[\\-_]+${PART})*_*`;
const LAST = `(?:(?![a-zA-Z0-9\\-]{64})[a-zA-Z0-9](?:[a-zA-Z0-9\\-]*[a-zA-Z0-9])?|(?!${FOREIGN}{64})${FOREIGN}+)`;
const domain = (): string => whole(`(?:${LABEL}\\.(?=[\\p{L}\\p{Nd}]))+`) + whole(LAST);
const IN_PATH = '(?:[^\\s<>"“”«»।॥\\p{C}]|[\\u200c\\u200d])';
const URL_OF = `(?<![A-Za-z0-9_])[hH][tT][tT][pP][sS]?://(?:${domain()}|localhost)(?::[0-9]{1,5})?(?:[/?#]${IN_PATH}*)?`;
const OWN_MACHINE = "(?:localhost|127(?:\\.[0-9]{1,3}){3}):[0-9]{1,5}(?![0-9])";
const REMOTE = `(?<![A-Za-z0-9_/@＠])@[A-Za-z0-9_](?:[A-Za-z0-9_.\\-]*[A-Za-z0-9_])?@(?:${OWN_MACHINE}|${domain()})(?![A-Za-z0-9_])`;
const COUNTED = new RegExp(`(?<url>${URL_OF})|(?<remote>${REMOTE})`, "gu");

const URL_LENGTH = 23;
const TRAILING = ".,:;!?'*~|…’‘،۔؟؛";
const BRACKETS: Record<string, string> = { ")": "(", "]": "[", "}": "{" };

const clusters = new Intl.Segmenter("hi", { granularity: "grapheme" });

/** The clusters of a text; `राष्ट्र` has two. */
export function count(text: string): number {
  let n = 0;
  for (const _ of clusters.segment(text)) n += 1;
  return n;
}

/** A link without the punctuation of its sentence; a bracket stays when it was opened inside. */
function trimmed(link: string): string {
  const times = (letter: string): number => link.split(letter).length - 1;
  const surplus = Object.fromEntries(Object.entries(BRACKETS).map(([close, open]) => [close, times(close) - times(open)]));
  let end = link.length;
  while (end > 0) {
    const last = link[end - 1] as string;
    if (last in BRACKETS) {
      if ((surplus[last] ?? 0) <= 0) break;
      surplus[last] = (surplus[last] ?? 0) - 1;
    } else if (!TRAILING.includes(last)) break;
    end -= 1;
  }
  return link.slice(0, end);
}

/** The length of a text with its content warning, as the limit of posts is counted. */
export function length(text: string, spoiler = ""): number {
  const shown = text.normalize("NFC").replace(COUNTED, (found: string) => {
    if (found.startsWith("@")) return `@${found.slice(1).split("@")[0]}`;
    const link = trimmed(found);
    return "x".repeat(URL_LENGTH) + found.slice(link.length);
  });
  return count(shown) + count(spoiler.normalize("NFC"));
}
