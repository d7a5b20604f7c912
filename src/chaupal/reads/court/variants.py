"""Tags in use that may be a de-amplified one in another script or spelling: shown to staff, who decide each by itself."""

import asyncio
from collections.abc import Sequence

import msgspec

from chaupal.policy.may import may
from chaupal.policy.viewer import Viewer
from chaupal.reads.context import Reads
from chaupal.store.square import finding
from chaupal.text.near import Why, near

LOOKED_AT = 20_000  # tags, the most used
MOST = 12  # that are proposed for one


class Variant(msgspec.Struct, frozen=True):
    """A tag that is near another, and in what way."""

    key: str
    why: Why


async def variants_of(reads: Reads, viewer: Viewer, terms: Sequence[str]) -> dict[str, list[Variant]]:
    """Term (count key) -> what is near it, the most used first. For others than staff there is nothing."""
    if not terms or not may(viewer, "see_office"):
        return {}
    async with reads.work.scanning() as reading:
        keys = await finding.tags_from(reading, "", LOOKED_AT)
    return await asyncio.to_thread(_propose, terms, keys)


def _propose(terms: Sequence[str], keys: Sequence[str]) -> dict[str, list[Variant]]:
    known = set(terms)
    free = [key for key in keys if key not in known]
    return {term: [Variant(key, why) for key, why in near(term, free)[:MOST]] for term in dict.fromkeys(terms)}
