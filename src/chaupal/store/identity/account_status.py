"""How an account stands (active, frozen, suspended): what the rulings in force on it come to, kept in its row."""

from sqlalchemy import ColumnElement, FromClause, and_, exists, or_, text as sql

from chaupal.policy.measures import STATES, Measure
from chaupal.store.identity import apps
from chaupal.store.machine.dialect import param, text_param
from chaupal.store.machine.shelves import PEOPLE
from chaupal.store.machine.statements import selects, updates
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.tables.court import rulings
from chaupal.store.tables.identity import accounts, logins

ACTIVE = "active"

# Every ruling begins with its commit: a clock that was put back since does not undo it, so the start is not asked.
IN_FORCE = selects(rulings.c.measure).where(
    rulings.c.ends_at.is_(None) | (rulings.c.ends_at > param("at")), subject_id="of", lifted_at=None
)
SET = updates(accounts, state="new_state").where(
    accounts.c.state != sql("'pending'"),
    accounts.c.state != sql("'deleted'"),
    accounts.c.state != text_param("new_state"),
    id="of",
)
_others = accounts.alias("others")
_their_logins = logins.alias("their_logins")


def _signs_in(row: FromClause, login: FromClause) -> ColumnElement[bool]:
    """Whoever is let in, has confirmed their mail, and has a password or a passkey."""
    return and_(
        row.c.state == sql("'active'"),
        login.c.account_id == row.c.id,
        login.c.confirmed_at.is_not(None),
        or_(login.c.password_hash != sql("''"), login.c.passkeys > sql("0")),
    )


_other = and_(_others.c.role == accounts.c.role, _others.c.id != accounts.c.id, _others.c.state == sql("'active'"))
LAST_OF = selects(accounts.c.role).where(
    accounts.c.state == sql("'active'"),
    or_(accounts.c.role == sql("'owner'"), accounts.c.role == sql("'approver'")),
    or_(
        ~exists().where(_other),
        and_(exists().where(_signs_in(accounts, logins)), ~exists().where(_other, _signs_in(_others, _their_logins))),
    ),
    id="of",
)


async def last_of(reading: Reading, account: int) -> str | None:
    """`owner` or `approver`, where nobody else who is open and able to sign in has this role; else None."""
    return await reading.value(LAST_OF, of=account)


async def settle(w: Writing, account: int) -> None:
    """The account's state is now what the rulings in force at this moment make it.

    To be called in the commit in which a suspension or freeze begins, is lifted, or is written down as lapsed. Whoever
    becomes suspended is out everywhere: sessions, tokens and codes that were not used yet end with the same commit.
    """
    state = await standing_of(w, account)
    if not await w.run(SET, of=account, new_state=state):
        return
    w.touch(PEOPLE, account)
    if state == STATES[Measure.SUSPEND]:
        await apps.end_all(w, account)
    else:
        await apps.forget_callers(w, account)


async def is_limited(reading: Reading, account: int) -> bool:
    """Whether anything is in force on the account itself; a warning is over when it is said."""
    measures = {row[0] for row in await reading.fetch(IN_FORCE, of=account, at=reading.now())}
    return bool(measures - {Measure.WARN.value})


async def standing_of(reading: Reading, account: int) -> str:
    """`suspended`, `frozen` or `active`, by the rulings in force at this moment."""
    measures = {row[0] for row in await reading.fetch(IN_FORCE, of=account, at=reading.now())}
    # The most severe first; an account that is pending or deleted keeps its state.
    return next((state for measure, state in STATES.items() if measure in measures), ACTIVE)
