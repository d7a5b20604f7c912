"""How far an account has read in its home and its notifications."""

from collections.abc import Sequence

import msgspec

from chaupal.store.machine.dialect import among, listed, param, text_param, upsert
from chaupal.store.machine.shelves import MARKERS
from chaupal.store.machine.statements import selects
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.notifications import markers

TIMELINES = ("home", "notifications")


class Marker(msgspec.Struct, frozen=True):
    """`version` grows with every change; `updated_at` in ms since 1970."""

    timeline: str
    last_read: int
    version: int
    updated_at: int


READ = (
    selects(markers, "timeline last_read version updated_at")
    .where(among(markers.c.timeline, "timelines"), account_id="me")
    .ordered("timeline")
)
WRITE = upsert(
    lambda i: (
        i(markers)
        .values(
            account_id=param("me"),
            timeline=text_param("which"),
            last_read=param("read"),
            version=1,
            updated_at=param("at"),
        )
        .on_conflict_do_update(
            index_elements=["account_id", "timeline"],
            set_={"last_read": param("read"), "version": markers.c.version + 1, "updated_at": param("at")},
        )
    )
)


async def read(reading: Reading, account: int, timelines: Sequence[str] = TIMELINES) -> list[Marker]:
    return [
        Marker(*row) for row in await reading.by(MARKERS, account).fetch(READ, me=account, timelines=listed(timelines))
    ]


async def write(w: Writing, account: int, timeline: str, last_read: int) -> None:
    w.touch(MARKERS, account)
    await w.run(WRITE, me=account, which=timeline, read=last_read, at=w.now())
