"""What measures look like to a reader: which hide, which shade, which cannot be found. All of it is read off the table of measures."""

from typing import Literal

# The table stands in the verifier, which judges logs by it.
from chaupal_audit.law.measures import (
    ACCOUNT_LEVEL,
    HIDING,
    OF_SERVERS,
    SEVERITY,
    UNNAMED,
    WITHHOLDING,
    Both,
    Measure,
    counts_again,
    narrower,
)

__all__ = [
    "ACCOUNT_LEVEL", "HIDING", "OF_SERVERS", "SCOPES", "SEEN", "SEVERITY", "SHADING",
    "STATES", "UNFINDABLE", "UNNAMED", "USUAL", "WITHHOLDING",
    "Both", "Measure", "counts_again", "labels", "narrower",
]  # fmt: skip

SHADING = frozenset(m for m in Measure if m.row.shades)
# Everybody can see that it is in force; of the others neither log nor register says whom they are about.
SEEN = HIDING | SHADING
UNFINDABLE = frozenset(m for m in Measure if not m.row.sought)
USUAL: dict[str, Measure] = {m.row.usual: m for m in Measure if m.row.usual}
STATES = {m: m.row.state for m in reversed(Measure) if m.row.state}  # the most severe first
# What one names, in the words of Mastodon's `withheld_scope`.
SCOPES = {m: {"post": "status", "account": "user", "media": "media", "server": "server"}[m.row.hides] for m in HIDING}


def labels(name: Literal["do", "done", "told", "stays", "receipt"]) -> dict[str, str]:
    """The label of each measure that has one: keys of the catalogues, by code."""
    return {m.value: text for m in Measure if (text := getattr(m.row, name))}
