"""Texts of the house as rows: each version as it was published, never changed."""

import msgspec

from chaupal.store.machine.statements import rows_of
from chaupal.store.tables.square import house_texts as texts


class HouseText(msgspec.Struct, frozen=True, kw_only=True):
    """One version, in Markdown. `effective_on`: from which day it holds, of terms alone; `log_index`: its entry, where it has one."""

    id: int
    kind: str
    version: int
    text: str
    text_hi: str
    effective_on: str = ""
    published_at: int
    by: int
    log_index: int | None = None

    def text_in(self, language: str) -> str:
        return self.text_hi if language == "hi" else self.text


ALL = rows_of(HouseText, texts)
# False where that version is there already: somebody else published meanwhile.
add = ALL.add_once
newest = ALL.where(kind="of").ordered("-version").limit(1).first_of
# All versions, the newest first.
every = ALL.where(kind="of").ordered("-version").all_of
