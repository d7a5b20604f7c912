"""How long a post is: in grapheme clusters, so that राष्ट्र counts 2, as its reader would count it; and a display name, put in order quietly.

Clusters by UAX #29 with rule GB9c (Unicode 15.1). The newest rule counts lowest: no client that counts by an older one
is surprised by a refusal.
"""

from itertools import islice

import regex

from chaupal.text.clean import CLUSTER, mended_line, nfc, trimmed
from chaupal.text.entities import find_entities

MAX_GRAPHEMES = 500
MAX_BYTES = 5_000  # of UTF-8, text and spoiler together
URL_LENGTH = 23  # whatever its real length, as Mastodon clients count

_CLUSTER = regex.compile(r"\X")
_POINTS_PER_CLUSTER = 64  # truncate reads no further: a longer cluster is an attack, and may be cut within


def length(text: str, spoiler: str = "") -> int:
    """Clusters of text and content warning together; a link is 23, `@name@domain` its `@name`.

    Above MAX_BYTES the answer is a size beyond every limit, not a count: refusing 10 MB must not cost a count of it.
    """
    if (points := len(text) + len(spoiler)) > MAX_BYTES:
        return points
    text, spoiler = nfc(text), nfc(spoiler)
    if (size := _bytes(text) + _bytes(spoiler)) > MAX_BYTES:
        return size
    return _count(text) + _count(spoiler)


def fits(text: str, spoiler: str = "") -> bool:
    """Whether a post is within both limits, MAX_GRAPHEMES and MAX_BYTES. Most are not counted for it: no text has more clusters
    than points, but for links."""
    links = text.count("://") + spoiler.count("://")
    return len(text) + len(spoiler) + links * URL_LENGTH <= MAX_GRAPHEMES or length(text, spoiler) <= MAX_GRAPHEMES


def truncate(text: str, n: int) -> str:
    """The text in at most n clusters (n >= 1), none cut; when something is left out, the last cluster is "…"."""
    text = nfc(text[: (n + 1) * _POINTS_PER_CLUSTER])
    if len(text) <= n:
        return text
    clusters = list(islice((found[0] for found in _CLUSTER.finditer(text)), n + 1))
    if len(clusters) <= n:
        return "".join(clusters)
    return "".join(clusters[: n - 1]).rstrip() + "…"


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def _count(text: str) -> int:
    if "://" in text or "@" in text:
        text = _as_counted(text)
    if text.isascii():
        return len(text) - text.count("\r\n")
    return len(_CLUSTER.findall(text))


def _as_counted(text: str) -> str:
    """The text with what stands for each link and remote mention in the count."""
    parts: list[str] = []
    end = 0
    for entity in find_entities(text):
        if entity.kind == "tag":
            continue
        shown = "x" * URL_LENGTH if entity.kind == "url" else "@" + entity.text.partition("@")[0]
        parts += text[end : entity.start], shown
        end = entity.end
    return "".join((*parts, text[end:]))


MAX_NAME = 30
_NAME_POINTS = 1_000  # read no further into a name; thirty clusters end long before


def clean_name(text: str) -> str:
    """A display name: one line, at most thirty clusters, nothing invisible, no towers of marks. May come out empty."""
    return trimmed("".join(_in_name(text)[:MAX_NAME]))


def fits_name(text: str) -> bool:
    """Whether nothing that is seen is cut off a display name."""
    return len(_in_name(text)) <= MAX_NAME


def _in_name(text: str) -> list[str]:
    return CLUSTER.findall(trimmed(mended_line(text[:_NAME_POINTS])))
