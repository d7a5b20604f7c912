"""Reports as rows: what people complain of, members at once and guests after they have confirmed by mail."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import func, text

from chaupal.kernel.clock import DAY
from chaupal.store.machine.dialect import among, listed, param, statement, text_param
from chaupal.store.machine.marks import LOST, NUMBERS_LOST
from chaupal.store.machine.statements import counts_of, deletes, rows_of, selects, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.court import reports

UNCONFIRMED, OPEN, RESOLVED = "unconfirmed", "open", "resolved"


class ReportRow(msgspec.Struct, frozen=True, kw_only=True):
    """A complaint about an account, or posts of it. `reporter_id` is None for a guest, who left `email` and `name`, and for another
    server (`server`: its id), which tells for whom it speaks or does not. `forward`: it is sent on to the server of whoever it is about.

    Times in ms. `rules`: ids of rules of the house. `outcome`: removed, limited, labelled, warned, suspended, none, forwarded.
    """

    id: int
    ref: str
    reporter_id: int | None
    email: str
    name: str
    confirm_hash: str
    account_id: int
    post_ids: tuple[int, ...]
    category: str
    rules: tuple[str, ...]
    comment: str
    language: str
    regime: str
    regime_version: int
    state: str
    assigned_to: int | None = None
    received_at: int
    acknowledged_at: int | None = None
    ack_due: int | None = None
    resolve_due: int | None = None
    resolved_at: int | None = None
    resolved_by: int | None = None
    outcome: str = ""
    reason: str = ""
    log_index: int | None = None
    server: int = 0
    forward: bool = False

    @property
    def guest(self) -> bool:
        return self.reporter_id is None and not self.server

    @property
    def via(self) -> str:
        """How it came, as the log calls it."""
        return "server" if self.server else "guest" if self.guest else "member"

    @property
    def regime_ref(self) -> str:
        return f"{self.regime}@{self.regime_version}" if self.regime else ""


ALL = rows_of(ReportRow, reports)
add = ALL.add
report = ALL.by_id
BY_IDS = ALL.where(among(reports.c.id, "ids"))
BY_HASH = ALL.where(confirm_hash="hash", state="standing")
BY_REPORTER = ALL.where(reporter_id="me").ordered("-id").limit("n")
ON_ACCOUNT = ALL.where(account_id="whom", state="standing").ordered("id")
# Of those about one account that lie on one desk, or on none.
FIRST_DUE = (
    ALL.where(account_id="whom", state="standing")
    .where(func.coalesce(reports.c.assigned_to, text("0")) == param("desk"))
    .where(reports.c.resolve_due >= param("since"), reports.c.resolve_due < param("until"))
    .ordered("resolve_due id")
    .limit(1)
)
WAITING = ALL.where(state="standing").ordered("resolve_due id").limit("n")
LATEST = (
    ALL.where(among(reports.c.state, "standings"), reports.c.id < param("below"), reports.c.id > param("above"))
    .ordered("-id")
    .limit("n")
)
# By whether an account is named, and another who reported: each by its own index.
LATEST_OF = {
    (False, False): LATEST,
    (True, False): LATEST.where(account_id="whom"),
    (False, True): LATEST.where(reporter_id="whose"),
    (True, True): LATEST.where(account_id="whom", reporter_id="whose"),
}
TOGETHER = ALL.where(account_id="whom", state="standing", resolved_at="at").ordered("id")
# Of somebody's reports those that were resolved, alone or together with others, by what an appeal took back; then those by what was
# lifted, all of it. As `complaints.lifted` tells them.
TAKEN_BACK = statement(
    text("""
    WITH done AS (
        SELECT m.id AS report, t.order_id, t.id AS target
        FROM reports m JOIN reports r ON r.account_id = m.account_id AND r.resolved_at = m.resolved_at
        JOIN orders o ON o.report_id = r.id JOIN targets t ON t.order_id = o.id WHERE m.reporter_id = :me
    )
    SELECT done.report, 'taken_back' AS how FROM done JOIN rulings x ON x.target_id = done.target
    JOIN appeals a ON a.ruling_id = x.id WHERE a.outcome = 'reversed'
    UNION SELECT done.report, 'lifted' FROM done JOIN case_events e ON e.target_id = done.target
    WHERE e.number = (SELECT max(n.number) FROM case_events n WHERE n.target_id = done.target)
    AND EXISTS (SELECT 1 FROM rulings x WHERE x.target_id = done.target)
    GROUP BY done.report, done.order_id HAVING min(e.state) = 'lifted' AND max(e.state) = 'lifted'
    """).bindparams(param("me"))
)
REFS_LIKE = selects(func.count(reports.c.id) + LOST).where(reports.c.ref.like(text_param("pattern")))
SINCE = counts_of(reports).where(reports.c.received_at > param("since"), email="address")
FROM_SERVER = counts_of(reports).where(reports.c.received_at > param("since"), server="there")
DROP_UNCONFIRMED = deletes(reports).where(reports.c.received_at < param("before"), state="standing")
FORGET_GUESTS = updates(reports, email="none", name="none").where(
    reports.c.resolved_at < param("before"), reports.c.email != "", state="standing"
)
KEY = updates(reports, confirm_hash="hash").where(id="of", state="standing")
ARRIVE = updates(
    reports,
    "state ref confirm_hash ack_due resolve_due log_index regime regime_version",
    received_at="at",
    acknowledged_at="at",
).where(id="of", state="was")
ASSIGN = updates(reports, assigned_to="whom").where(id="of", state="was")
AMEND = updates(reports, category="about", rules="broken").where(id="of", state="was")
RESOLVE = updates(reports, state="now_is", resolved_at="at", resolved_by="judge", outcome="result", reason="why").where(
    id="of", state="was"
)
REOPEN = updates(reports, state="now_is", resolved_at=None, resolved_by=None, outcome="none", reason="none").where(
    id="of", state="was"
)


async def next_ref(w: Writing, year: int) -> str:
    """`R-2026-0001`. The caller holds the log, so that nobody else takes the same number."""
    taken = await w.value(REFS_LIKE, pattern=f"R-{year}-%", lost=f"{NUMBERS_LOST}{year}")
    return f"R-{year}-{taken + 1:04d}"


async def by_ids(reading: Reading, ids: Sequence[int]) -> dict[int, ReportRow]:
    found = await BY_IDS.all(reading, ids=listed(ids)) if ids else ()
    return {row.id: row for row in found}


async def by_key(reading: Reading, hash_: str) -> ReportRow | None:
    """The one that waits to be confirmed by the link of this digest."""
    return await BY_HASH.first(reading, hash=hash_, standing=UNCONFIRMED) if hash_ else None


async def set_key(w: Writing, id_: int, hash_: str) -> bool:
    """The link that is about to be sent is the one that works. False where it was confirmed meanwhile."""
    return await w.run(KEY, of=id_, hash=hash_, standing=UNCONFIRMED) == 1


async def arrive(w: Writing, row: ReportRow) -> bool:
    """What a guest wrote counts from now on: number, clocks and leaf are those of `row`. False where it did before."""
    return await w.run(
        ARRIVE, of=row.id, was=UNCONFIRMED, state=OPEN, ref=row.ref, confirm_hash="", at=row.received_at, ack_due=row.ack_due,
        resolve_due=row.resolve_due, log_index=row.log_index, regime=row.regime, regime_version=row.regime_version,
    ) == 1  # fmt: skip


async def of_account(reading: Reading, account: int, at_most: int = 100) -> list[ReportRow]:
    """What an account has reported last, the newest first."""
    return await BY_REPORTER.all(reading, me=account, n=at_most)


async def taken_back(reading: Reading, account: int) -> dict[int, str]:
    """Of those of an account's reports of which what was done is taken back: how, `taken_back` by an appeal or `lifted` without one."""
    rows: list[tuple[int, str]] = [(id_, how) for id_, how in await reading.fetch(TAKEN_BACK, me=account)]
    return dict(sorted(rows, key=lambda row: row[1] == "taken_back"))  # where it is both, an appeal did it


async def open_on(reading: Reading, account: int) -> list[ReportRow]:
    """Open reports about one account and its posts, in order."""
    return await ON_ACCOUNT.all(reading, whom=account, standing=OPEN)


async def is_first_due(reading: Reading, row: ReportRow) -> bool:
    """Whether no other open one about the same account, on the same desk, is due before it on its day (in UTC)."""
    day = (row.resolve_due or 0) // DAY * DAY
    first = await FIRST_DUE.first(
        reading, whom=row.account_id, standing=OPEN, desk=row.assigned_to or 0, since=day, until=day + DAY
    )
    return first is None or first.id == row.id


async def waiting(reading: Reading, at_most: int = 500) -> list[ReportRow]:
    """Open ones, the next due first."""
    return await WAITING.all(reading, standing=OPEN, n=at_most)


async def latest(
    reading: Reading,
    states: Sequence[str],
    *,
    below: int = 2**62,
    above: int = -1,
    at_most: int = 100,
    about: int = 0,
    by: int = 0,
) -> list[ReportRow]:
    """By state, the newest first; `about` an account and `by` another where they are named."""
    return await LATEST_OF[bool(about), bool(by)].all(
        reading, standings=listed(states), below=below, above=above, whom=about, whose=by, n=at_most
    )


async def resolved_together(reading: Reading, account: int, at: int) -> list[ReportRow]:
    """Those about an account that were resolved at one moment (ms), by one act."""
    return await TOGETHER.all(reading, whom=account, standing=RESOLVED, at=at)


async def sent_since(reading: Reading, email: str, since: int) -> int:
    """How many a guest's address has sent since a moment."""
    return await reading.value(SINCE, address=email, since=since)


async def from_server_since(reading: Reading, server: int, since: int) -> int:
    """How many another server has sent since a moment (ms)."""
    return await reading.value(FROM_SERVER, there=server, since=since)


async def drop_unconfirmed(w: Writing, before: int) -> int:
    """What nobody has confirmed in time goes, with the address that came with it; how many there were."""
    return await w.run(DROP_UNCONFIRMED, standing=UNCONFIRMED, before=before)


async def forget_guests(w: Writing, before: int) -> int:
    """Name and address of guests go from what was resolved before then (ms); of how many."""
    return await w.run(FORGET_GUESTS, standing=RESOLVED, before=before, none="")


async def assign(w: Writing, id_: int, to: int | None) -> bool:
    """False where it is not open."""
    return await w.run(ASSIGN, of=id_, was=OPEN, whom=to) == 1


async def amend(w: Writing, id_: int, kind: str, rules: Sequence[str]) -> bool:
    """False where it is not open."""
    return await w.run(AMEND, of=id_, was=OPEN, about=kind, broken=listed(rules)) == 1


async def resolve(w: Writing, id_: int, by: int, at: int, outcome: str, reason: str) -> bool:
    """False where somebody else was quicker."""
    return await w.run(RESOLVE, of=id_, was=OPEN, now_is=RESOLVED, at=at, judge=by, result=outcome, why=reason) == 1


async def reopen(w: Writing, id_: int) -> bool:
    return await w.run(REOPEN, of=id_, was=RESOLVED, now_is=OPEN, none="") == 1
