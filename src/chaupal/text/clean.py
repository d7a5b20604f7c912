"""What may be stored as text: composed (NFC, in linear time); posts are refused for letters no one typed, names quietly put in order."""

import unicodedata

import regex

ZWNJ, ZWJ, CGJ = "\u200c", "\u200d", "\u034f"

# The sign that kills the inherent vowel; only after it do ZWJ and ZWNJ change what a reader sees.
VIRAMAS = "\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d"

# UAX #15 §13: no language stacks more than thirty marks on one letter, and ordering a longer run costs its square.
_RUN = regex.compile(r"[\p{M}--\u034f]{30}+(?=[\p{M}--\u034f])", regex.V1)
_SHORT = 2_000


def nfc(text: str) -> str:
    """Text in normalisation form C. In long text a run of marks is broken by CGJ (stream-safe form, UAX #15 §13)."""
    if text.isascii():
        return text
    if len(text) > _SHORT:
        text = _RUN.sub(lambda run: run[0] + CGJ, text)
    return unicodedata.normalize("NFC", text)


_LONE = regex.compile(r"\p{Cs}")
_CONTROL = regex.compile(r"[\p{Cc}--[\n\t]]", regex.V1)
_SPACE = regex.compile(r"[\s\p{Z}]+")
# Invisible letters let two names look alike. A joiner after a virama is seen, and an emoji keeps its selector.
_UNSEEN = regex.compile(
    rf"(?<![{VIRAMAS}])[\u200c\u200d]"
    r"| [[\p{C}\p{Default_Ignorable_Code_Point}\u2800]--[\u200c\u200d\ufe0e\ufe0f]]",
    regex.V1 | regex.X,
)
# What leaves the page empty however much of it there is: spaces, controls, Unicode's default ignorables (joiners, selectors,
# Hangul fillers), the blank of Braille, anchors of annotations. Letters that are not assigned yet may be seen one day.
_IGNORABLE = regex.compile(r"[\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb]+")
_NOTHING = regex.compile(r"[\s\p{Z}\p{Cc}\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb]+", regex.V1)
# Three marks beyond the norm: Indic letters bear up to three of their own (nukta, vowel sign, bindu), Latin composes.
_STACKED = (
    regex.compile(r"([\p{Script=Inherited}&&\p{M}]{3})[\p{Script=Inherited}&&\p{M}]+", regex.V1),
    regex.compile(r"(\p{M}{6})\p{M}+"),
)
CLUSTER = regex.compile(r"\X")


class BadText(ValueError):
    """Text that cannot be stored. `reason` is `nul`, `surrogate` or `control`."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"text holds what cannot be stored: {reason}")
        self.reason = reason


def decoded(data: bytes, errors: str = "strict") -> str:
    """A text file as text: UTF-16 where its first bytes say so, as spreadsheets write it, else UTF-8. Raises UnicodeDecodeError."""
    return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", errors)


def normalise_post(text: str) -> str:
    """A post as it is stored: NFC, lines end in `\\n`, ZWJ and ZWNJ kept as typed. Raises BadText; strips nothing."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:  # PostgreSQL cannot hold it
        raise BadText("nul")
    if _CONTROL.search(text):
        raise BadText("control")
    if not text.isascii() and _LONE.search(text):  # half a pair: no UTF-8 can carry it
        raise BadText("surrogate")
    return nfc(text)


def trimmed(text: str) -> str:
    """Without blanks at its ends; "" where nothing of it is seen. Joiners and selectors within words stay as they are."""
    return "" if _NOTHING.fullmatch(text) else text.strip()


def letters_seen(text: str) -> int:
    """How many code points of a text its reader gets to see; blanks in a row are one."""
    return len(" ".join(_IGNORABLE.sub("", text).split()))


def mended_line(text: str) -> str:
    """In one line, without what is invisible and without towers of marks."""
    line = text
    while (mended := _mended(line)) != line:  # what one rule removes brings letters together for another
        line = mended
    return line


def _mended(line: str) -> str:
    line = nfc(_UNSEEN.sub("", _SPACE.sub(" ", line)))
    for stacked in _STACKED:
        line = stacked.sub(r"\1", line)
    return line.strip()


def clean_line(text: str, most: int) -> str:
    """One line of somebody else's words: at most so many clusters, nothing invisible, no towers of marks; may be empty."""
    if not text:
        return ""
    line = trimmed(mended_line(_LONE.sub("", text[: most * 8])))
    clusters = CLUSTER.findall(line)
    return line if len(clusters) <= most else "".join(clusters[: most - 1]).rstrip() + "…"
