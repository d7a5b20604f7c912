"""Composed text (NFC) in linear time, and the marks every module here must know by name."""

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
