"""Captions of films and sounds (WebVTT, w3.org/TR/webvtt1): read strictly, and written anew with times and words and nothing else."""

import regex

MOST_BYTES = 200_000  # two hours of dense speech
MOST_CUES = 5_000
MOST_LETTERS = 500  # code points of one cue: more covers the picture

_TIMING = regex.compile(
    r"(?:(\d{2,4}):)?([0-5]\d):([0-5]\d)\.(\d{3})[ \t]+-->[ \t]+(?:(\d{2,4}):)?([0-5]\d):([0-5]\d)\.(\d{3})(?:[ \t].*)?",
    regex.ASCII,
)
_HEAD = regex.compile(r"WEBVTT(?:[ \t].*)?")
# Possessive: what does not match is known in one pass, whatever spaces a stranger sends.
_VOICE = regex.compile(r"<v(?:\.[^<>\s]*+)?[ \t]++([^<>]++)>")
_MARKUP = regex.compile(r"<[^<>]*+>")
_NOTHING_SAID = ("NOTE", "STYLE", "REGION")  # blocks that hold no words for people
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&nbsp;": " ", "&lrm;": "", "&rlm;": "", "&amp;": "&"}  # the last one last


class BadCaptions(ValueError):
    """Captions that cannot be taken. `reason`: `head`, `timing`, `order`, `late`, `length`, `many` or `blank`; `line`: where, from 1."""

    def __init__(self, reason: str, line: int = 1) -> None:
        super().__init__(f"line {line}: {reason}")
        self.reason, self.line = reason, line


def rewritten(text: str, most_ms: int = 0) -> str:
    """The same cues without styles, regions, places and notes; names of voices stand before their words.

    `text`: in order for storage (NFC, lines end in `\\n`). `most_ms`: no cue begins after this; 0: not known. Raises
    BadCaptions.
    """
    lines = text.removeprefix("\ufeff").split("\n")
    if _HEAD.fullmatch(lines[0]) is None:
        raise BadCaptions("head")
    cues: list[str] = []
    before = 0
    for number, block in _blocks(lines):
        if "-->" not in "\n".join(block[:2]):
            if block[0].split(" ")[0] in _NOTHING_SAID or number == 1:
                continue
            raise BadCaptions("timing", number)
        at = 0 if "-->" in block[0] else 1
        begins, ends = _times(block[at], number + at)
        if begins < before or ends <= begins or (most_ms and begins > most_ms):
            raise BadCaptions("order" if begins < before or ends <= begins else "late", number + at)
        before = begins
        words = _words(block[at + 1 :])
        if len(words) > MOST_LETTERS:
            raise BadCaptions("length", number + at)
        if words:
            cues.append(f"{_clock(begins)} --> {_clock(ends)}\n{words}\n")
        if len(cues) > MOST_CUES:
            raise BadCaptions("many", number)
    if not cues:
        raise BadCaptions("blank", len(lines))
    return "WEBVTT\n\n" + "\n".join(cues)


def _blocks(lines: list[str]) -> list[tuple[int, list[str]]]:
    """Lines that stand together, each with the number of its first."""
    blocks: list[tuple[int, list[str]]] = []
    open_ = False
    for number, line in enumerate(lines, 1):
        if not line.strip():
            open_ = False
        elif open_:
            blocks[-1][1].append(line)
        else:
            blocks.append((number, [line]))
            open_ = True
    return blocks


def _times(line: str, number: int) -> tuple[int, int]:
    found = _TIMING.fullmatch(line.strip())
    if found is None:
        raise BadCaptions("timing", number)
    parts = [int(part or 0) for part in found.groups()]
    return _ms(parts[:4]), _ms(parts[4:])


def _ms(parts: list[int]) -> int:
    hours, minutes, seconds, ms = parts
    return ((hours * 60 + minutes) * 60 + seconds) * 1_000 + ms


def _clock(ms: int) -> str:
    seconds, ms = divmod(ms, 1_000)
    minutes, seconds = divmod(seconds, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}.{ms:03}"


def _words(lines: list[str]) -> str:
    text = _MARKUP.sub("", _VOICE.sub(r"\1: ", "\n".join(lines)))
    for entity, letter in _ENTITIES.items():
        text = text.replace(entity, letter)
    kept = (line.strip() for line in text.split("\n"))
    text = "\n".join(line for line in kept if line)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
