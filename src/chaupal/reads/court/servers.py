"""What is limited of whole servers, for everybody: the list that others read and copy, with the reason and the log's entry of each."""

import msgspec

from chaupal.policy.measures import SEVERITY, Measure
from chaupal.reads.context import Reads
from chaupal.store.federation import limits
from chaupal.store.federation.limits import Limit
from chaupal.text import hosts

SEVERITIES = {Measure.SUSPEND_SERVER: "suspend", Measure.LIMIT_SERVER: "silence"}  # Mastodon's words


class LimitedServer(msgspec.Struct, frozen=True, kw_only=True):
    """A server and all that is in force on it. `shown`: its name, with gaps where staff chose so. `since`, `until` in ms.

    `measures`: the most severe first; of that one are `reason`, `rule`, the case (`ref`) and the entry of the log (`leaf`).
    """

    domain: str
    shown: str
    obscured: bool
    measures: tuple[Measure, ...]
    reason: str
    rule: str
    ref: str
    leaf: int
    since: int
    until: int | None
    review: int | None

    @property
    def severity(self) -> str:
        """silence, suspend; noop for what only refuses media or reports."""
        return SEVERITIES.get(self.measures[0], "noop")

    @property
    def refuses_media(self) -> bool:
        return not {Measure.SUSPEND_SERVER, Measure.REFUSE_MEDIA}.isdisjoint(self.measures)

    @property
    def refuses_reports(self) -> bool:
        return not {Measure.SUSPEND_SERVER, Measure.REFUSE_REPORTS}.isdisjoint(self.measures)


async def limited(reads: Reads) -> list[LimitedServer]:
    """All that is in force on servers now, by their names."""
    async with reads.work.reading() as reading:
        now = reading.now()
        live = [one for one in await limits.live(reading) if one.row.ruling.in_force(now)]
        said = await limits.wording_of(reading, sorted({one.row.subject_id for one in live}))
    by_server: dict[int, list[Limit]] = {}
    for one in live:
        by_server.setdefault(one.row.subject_id, []).append(one)
    return [_limited(held, obscured=id_ in said and said[id_].obfuscate) for id_, held in by_server.items()]


def _limited(held: list[Limit], *, obscured: bool) -> LimitedServer:
    held = sorted(held, key=lambda one: -SEVERITY[Measure(one.row.measure)])
    first = held[0].row
    return LimitedServer(
        domain=held[0].domain,
        shown=hosts.with_gaps(held[0].domain) if obscured else held[0].domain,
        obscured=obscured,
        measures=tuple(Measure(one.row.measure) for one in held),
        reason=first.reason,
        rule=first.rule,
        ref=first.order_ref,
        leaf=first.log_index,
        since=first.starts_at,
        until=first.ends_at,
        review=first.review_at,
    )
