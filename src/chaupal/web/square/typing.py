"""Typing Indian scripts on any keyboard: the page that explains it, and the words that people here use."""

import functools
import unicodedata
from pathlib import Path

import msgspec

from chaupal.http.call import OPEN_PAGE, Answer, Call, Route, Shape, get, json
from chaupal.policy.viewer import Surface
from chaupal.reads.explore import vocabulary
from chaupal.text.language import LANGUAGES
from chaupal.web import pages, static
from chaupal.web.words import N_

TABLE = Path(__file__).parent / "inscript.json"
# What is printed on the key of a usual keyboard, where its code does not end in it.
PRINTED = {
    "Backquote": "`",
    "Minus": "-",
    "Equal": "=",
    "BracketLeft": "[",
    "BracketRight": "]",
    "Backslash": "\\",
    "Semicolon": ";",
    "Quote": "'",
    "Comma": ",",
    "Period": ".",
    "Slash": "/",
}
# Written in Latin letters and meant in Hindi: shown on the page, and tried by a test.
EXAMPLES = (("kisan", "किसान"), ("andolan", "आंदोलन"), ("namaste", "नमस्ते"), ("bharat", "भारत"), ("dhanyavaad", "धन्यवाद"))
BLOCKS = {
    "hi": 0x0900,
    "mr": 0x0900,
    "bn": 0x0980,
    "pa": 0x0A00,
    "gu": 0x0A80,
    "or": 0x0B00,
    "ta": 0x0B80,
    "te": 0x0C00,
    "kn": 0x0C80,
    "ml": 0x0D00,
}


DANDAS = "।॥"  # those of Devanagari serve all scripts


class Key(msgspec.Struct, frozen=True):
    """A key of the layout: what is printed on it, what it writes, what it writes with Shift."""

    printed: str
    plain: str
    shifted: str


class LexiconAsked(msgspec.Struct):
    """A language by its code."""

    language: str


class LayoutAsked(msgspec.Struct, kw_only=True):
    """Which script's layout is looked at."""

    script: str = "hi"


async def explained(call: Call[LayoutAsked]) -> Answer:
    script = call.args.script if call.args.script in BLOCKS else "hi"
    return await pages.render(
        call,
        "typing_help.html",
        titled=N_("Typing in Indian scripts"),
        rows=layout(script),
        script=script,
        scripts=[(code, LANGUAGES[code]) for code in BLOCKS],
        examples=EXAMPLES,
        lexica=[LANGUAGES[code] for code in BLOCKS if code in static.typing()],
    )


async def lexicon(call: Call[LexiconAsked]) -> Answer:
    """Words that three or more people here have used in public, as a list; those of most people first."""
    return json(await vocabulary.vocabulary_of(call.house.reads, call.viewer, call.args.language))


@functools.cache
def layout(script: str) -> list[list[Key]]:
    """The rows of INSCRIPT: the table that is also built into the engine, moved to the block of a script."""
    rows: list[list[tuple[str, str, str]]] = msgspec.json.decode(TABLE.read_bytes())["rows"]
    shift = BLOCKS[script] - BLOCKS["hi"]
    return [
        [
            Key(PRINTED.get(code) or code[-1:], _moved(plain, shift), _moved(shifted, shift))
            for code, plain, shifted in row
        ]
        for row in rows
    ]


def _moved(letters: str, shift: int) -> str:
    """The letters at the same places of another block; nothing where one of them is missing there."""
    moved = "".join(one if one in DANDAS else chr(ord(one) + shift) for one in letters)
    return unicodedata.normalize("NFC", moved) if all(unicodedata.name(one, "") for one in moved) else ""


ROUTES: tuple[Route, ...] = (
    get("/about/typing", explained, Surface.NONE, **OPEN_PAGE),
    get("/lexicon/{language}", lexicon, Surface.SUGGEST, shape=Shape.FILE, public=True),
)
