"""Appeals as rows: one per ruling, with what both sides wrote. Who hears it decided neither that nor an appeal about the same thing."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import text

from chaupal.store.machine.dialect import among, listed, param, statement, text_param
from chaupal.store.machine.statements import rows_of, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.court import appeal_messages, appeals

FILED, DECIDED, WITHDRAWN = "filed", "decided", "withdrawn"


class AppealRow(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody asks that a ruling on them be looked at again. Times in ms; `state` filed, decided or withdrawn.

    `not_by_first`, `not_by_second`, `not_by_third`: who decided what is appealed. `outcome`: upheld, modified or reversed.
    """

    id: int
    ruling_id: int
    account_id: int
    state: str
    text: str
    language: str
    filed_at: int
    due_at: int
    assigned_to: int | None
    decided_by: int | None
    decided_at: int | None
    outcome: str
    reason: str
    not_by_first: int
    not_by_second: int | None
    log_index: int
    decided_log_index: int | None
    not_by_third: int | None = None

    @property
    def deciders(self) -> tuple[int, ...]:
        """Who decided what is appealed."""
        return tuple(by for by in (self.not_by_first, self.not_by_second, self.not_by_third) if by is not None)

    @property
    def open(self) -> bool:
        return self.state == FILED


class AppealWithHands(AppealRow, frozen=True, kw_only=True):
    """An appeal with all who had a hand in what it is about, as it is now: those, too, who seconded, changed or kept it since.

    `judges`: who decided an earlier appeal about the same thing.
    """

    hands: frozenset[int]
    judges: frozenset[int]

    @property
    def deciders(self) -> tuple[int, ...]:
        """Who decided what is appealed, or decided since that it is to go on."""
        return (*super().deciders, *self.hands)


class Message(msgspec.Struct, frozen=True):
    """A word in an appeal, by the person concerned or by `staff`."""

    id: int
    by: int
    staff: bool
    text: str
    at: int


ALL = rows_of(AppealRow, appeals)
# False where the ruling was appealed before.
add = ALL.add_once
appeal = ALL.by_id
ON_RULINGS = ALL.where(among(appeals.c.ruling_id, "ids"))
of_account = ALL.where(account_id="of").ordered("-id").all_of
OPEN = ALL.where(state="standing").ordered("due_at id").limit("n")
CLOSED = ALL.where(appeals.c.state != text_param("standing")).ordered("-id").limit("n")
# Of the same thing, of the whole of which it is a part, and of the parts of what is a whole: what it goes on from, or what is said of
# it since, also under the order that confirmed it. Who decided it; who looked again and kept it, which begins nothing and seconds
# nobody; and (`judged`) who decided an appeal about it.
HANDS = statement(
    text("""
    WITH line AS (
        SELECT target_id FROM rulings WHERE id = :of
        UNION SELECT n.target_id FROM rulings x JOIN case_events o ON o.target_id = x.target_id
        JOIN case_events n ON n.log_index = o.log_index WHERE x.id = :of AND 'confirmed' IN (o.state, n.state)
    ), about AS (
        SELECT r.id, r.decided_by, r.approved_by, r.concurred_by FROM rulings x
        LEFT JOIN targets t ON t.id = x.target_id
        JOIN rulings r ON r.id = x.id OR (
            r.target_id IN (SELECT target_id FROM line) AND r.term = x.term
            AND (r.subject_id IN (x.subject_id, t.subject_id) OR x.subject_id = t.subject_id)
        )
        WHERE x.id = :of
    )
    SELECT decided_by, 0 AS judged FROM about UNION SELECT approved_by, 0 FROM about WHERE approved_by IS NOT NULL
    UNION SELECT concurred_by, 0 FROM about WHERE concurred_by IS NOT NULL
    UNION SELECT a.decided_by, 1 FROM about JOIN appeals a ON a.ruling_id = about.id WHERE a.decided_by IS NOT NULL
    UNION SELECT e."by", 0 FROM line x JOIN case_events e ON e.target_id = x.target_id
    JOIN case_events b ON b.target_id = e.target_id AND b.number = e.number - 1
    WHERE e.state = 'in_force' AND b.state = 'in_force' AND e.first_by IS NULL
    AND NOT EXISTS (
        SELECT 1 FROM appeals a JOIN rulings o ON o.id = a.ruling_id
        WHERE o.target_id = e.target_id AND a.decided_by = e."by" AND a.decided_at = e.at
    )
    """).bindparams(param("of"))
)
_STILL_OPEN = (appeals.c.id == param("of"), appeals.c.state == text_param("was"))
ASSIGN = updates(appeals, assigned_to="whom").where(*_STILL_OPEN)
END = updates(
    appeals,
    state="now_is",
    decided_by="judge",
    decided_at="at",
    outcome="result",
    reason="why",
    decided_log_index="leaf",
).where(*_STILL_OPEN)
_MESSAGES = rows_of(Message, appeal_messages)
# What was written, in order.
messages = _MESSAGES.where(appeal_id="of").ordered("id").all_of


async def on_rulings(reading: Reading, rulings: Sequence[int]) -> dict[int, AppealRow]:
    """Ruling -> the appeal against it."""
    found = await ON_RULINGS.all(reading, ids=listed(rulings)) if rulings else ()
    return {row.ruling_id: row for row in found}


async def heard(reading: Reading, row: AppealRow) -> AppealWithHands:
    """The same appeal with those who had a hand in what it is about, or decided an earlier appeal about it."""
    judged = await reading.fetch(HANDS, of=row.ruling_id)
    hands, judges = (frozenset(by for by, as_judge in judged if as_judge == one) for one in (0, 1))
    return AppealWithHands(**msgspec.structs.asdict(row), hands=hands, judges=judges)


async def hands_in(reading: Reading, ruling_id: int) -> frozenset[int]:
    """Who decided a ruling, or has decided since that it is to go on."""
    return frozenset(by for by, judged in await reading.fetch(HANDS, of=ruling_id) if not judged)


async def judges_of(reading: Reading, ruling_id: int) -> frozenset[int]:
    """Who decided an appeal about the same thing."""
    return frozenset(by for by, judged in await reading.fetch(HANDS, of=ruling_id) if judged)


async def waiting(reading: Reading, at_most: int = 200) -> list[AppealRow]:
    """Those that are not decided, the next due first."""
    return await OPEN.all(reading, standing=FILED, n=at_most)


async def ended(reading: Reading, at_most: int = 50) -> list[AppealRow]:
    """Decided and withdrawn ones, the newest first."""
    return await CLOSED.all(reading, standing=FILED, n=at_most)


async def assign(w: Writing, id_: int, to: int | None) -> bool:
    """False where it is not open any more."""
    return await w.run(ASSIGN, of=id_, was=FILED, whom=to) == 1


async def decide(w: Writing, id_: int, by: int, at: int, outcome: str, reason: str, leaf: int) -> bool:
    """False where somebody else was quicker. The database refuses whoever decided what is appealed."""
    return (
        await w.run(END, of=id_, was=FILED, now_is=DECIDED, judge=by, at=at, result=outcome, why=reason, leaf=leaf) == 1
    )


async def withdraw(w: Writing, id_: int, at: int, leaf: int) -> bool:
    """The person concerned does not ask any more. False where it was decided meanwhile."""
    return await w.run(END, of=id_, was=FILED, now_is=WITHDRAWN, judge=None, at=at, result="", why="", leaf=leaf) == 1


async def say(w: Writing, id_: int, appeal: int, by: int, text: str, at: int, *, staff: bool) -> None:
    await _MESSAGES.add(w, Message(id_, by, staff, text, at), appeal_id=appeal)
