"""Roles of staff: each grant is logged under pseudonyms, and a role counts only if the log gave it.

A row of the database alone opens nothing: wherever a role is read it is that of the row only where the log gave the same.
"""

from collections.abc import Mapping

from chaupal.governance.cases import guards
from chaupal.governance.context import MACHINE, Court, pseudonym
from chaupal.governance.events import RoleGiven
from chaupal.governance.log import log, seen as log_seen
from chaupal.governance.orders.papers import check_may
from chaupal.kernel import logger
from chaupal.kernel.clock import MINUTE
from chaupal.kernel.errors import Conflict, NotAllowed, NotFound
from chaupal.policy.facts import Facts
from chaupal.policy.gate import reveal
from chaupal.policy.viewer import STAFF, Role, Surface, Viewer
from chaupal.store.court import desk, ledger
from chaupal.store.identity import accounts, apps, leaving
from chaupal.store.identity.accounts import AccountStanding
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.square.people import sealed_people
from chaupal_audit.log import entries
from chaupal_audit.minutes import moment

GRANT = "grant_roles"
GIVEN = tuple(role for role in Role if role is not Role.SYSTEM)


async def grant(court: Court, viewer: Viewer, account: int, role: Role) -> bool:
    """Give an account a role (or take it: MEMBER), in one commit with its entry; False where it has it already.

    Whoever is signed in has the new role at their next request; what their apps may do of it they allow anew.
    Raises NotAllowed (also for one's own role), NotFound, Conflict for the last owner.
    """
    if account == check_may(viewer, GRANT):
        raise NotAllowed("own_role")
    async with court.work.writing() as w:
        await ledger.hold(w)  # two owners who take the role from each other: one comes second
        by = await giver(court, w, viewer)
        await guards.check_not_own(w, viewer.me, [account], "own_role")
        await accounts.hold(w, account)
        was = await accounts.role_of(w, account)
        if was is None or Role.SYSTEM in (was, role):
            raise NotFound("no_such_account")
        if was == role:
            return False
        if (last := await accounts.last_of(w, account)) is not None:
            raise Conflict("last_owner_stays" if last == "owner" else "last_approver_stays")
        if role != Role.MEMBER and await leaving.leaves(w, account) is not None:
            raise Conflict("account_leaving")
        await _enter(court, w, account, role, was, by)
        await accounts.set_role(w, account, role)
        w.tell(RoleGiven(account=account, role=role.value))
        await apps.forget_callers(w, account)
        # What an app was allowed was allowed of that role: it sleeps in no drawer until there is one again.
        await apps.end_all_apps(w, account, "admin:")
        await desk.put_back(w, account, role)
    return True


async def enlist(court: Court, w: Writing, account: int, role: str) -> None:
    """The role that an account is made with on the machine, in the commit that makes it. `SAME_ROLE` (empty): there is another way in;
    of the staff the log says so, as of a role that stays.
    """
    await ledger.hold(w)  # who takes the role away at this moment is first or second, and it is not entered anew
    was = await accounts.role_of(w, account) or Role.MEMBER
    if role or was in STAFF:
        await _enter(court, w, account, Role(role or was), was, MACHINE)


async def say_again(court: Court, w: Writing, account: int, role: Role, by: str) -> None:
    """The entry of a role that stays as it is: from here on whoever has it may come in another way than before."""
    await _enter(court, w, account, role, role.value, by)


async def giver(court: Court, reading: Reading, viewer: Viewer) -> str:
    """Who gives roles, as the log says it: an owner of this moment, or the machine, on which none of the staff does it.

    Raises NotAllowed.
    """
    if await accounts.role_of(reading, viewer.me) == Role.SYSTEM:
        return MACHINE
    return pseudonym(court, await guards.act(reading, viewer, GRANT))


async def _enter(court: Court, w: Writing, account: int, role: Role, was: str, by: str) -> None:
    public = entries.Role(role=role.value, was=was, by=by)
    await log.append(court, w, pseudonym(court, account), public)


class Roll:
    """Who has which role by the log's word alone: the newest entry about each."""

    def __init__(self, court: Court) -> None:
        self._court = court
        self._last = -1  # the newest entry that was read
        self._given: dict[str, str] = {}

    async def role_of(self, reading: Reading, account: int, role: str) -> str:
        """The role of an account's row where the log gave the same; else that of a member."""
        given = await self.given(reading)
        return role if given.get(pseudonym(self._court, account)) == role else Role.MEMBER

    async def given(self, reading: Reading) -> dict[str, str]:
        """Pseudonym -> role. Read anew where an entry came; what a unit has appended is not remembered before it is committed."""
        last = await ledger.last_of_kind(reading, "role")
        # Entries are never changed, so what was read up to the newest one holds inside a unit, too.
        if last == self._last:
            return self._given
        given = {head.ref: said.role for _, head, said in await log.entries_of(reading, entries.Role)}
        # A unit that has appended nothing reads what is committed; on SQLite also what goes to the disk with it, and may be lost.
        if not isinstance(reading, Writing) or (reading.edge[0] < 0 and not reading.embedded):
            self._last, self._given = last, given
        return given


async def held_since(
    court: Court, reading: Reading, people: Mapping[int, AccountStanding], at: int
) -> dict[int, frozenset[str]]:
    """Every role of the staff that each of these has, or has had since (ms) by the log, with the one of that moment."""
    named = {pseudonym(court, account): account for account in people}
    held = {account: list[str]() for account in named.values()}
    for _, head, said in await log.entries_of(reading, entries.Role):
        if (account := named.get(head.ref)) is None:
            continue
        recent = (moment(head.at) or 0) > at - MINUTE  # entries tell the minute
        held[account] = [*held[account], said.was or Role.MEMBER, said.role] if recent else [said.role]
    return {account: frozenset((*roles, people[account].role)) - {Role.MEMBER} for account, roles in held.items()}


async def as_now(court: Court, account: int) -> Viewer | None:
    """Somebody, in the role that is theirs at this moment; None where their account is not open."""
    viewer = Viewer(account=account, country=court.settings.home_country)
    async with court.work.reading() as reading:
        sealed = await sealed_people(reading, [account])
        role = Role(await accounts.role_of(reading, account) or Role.MEMBER)
    open_ = any(seen.item.state == "active" for seen in reveal(viewer, Surface.OWN, sealed.values(), Facts()))
    return Viewer(account=account, country=viewer.country, role=role) if open_ else None


async def watch(court: Court) -> None:
    """Report in the server's log every role that `strays` finds: somebody wrote it into the database."""
    for stray in await strays(court):
        logger.log.error("a role that the log did not give", found=stray)


async def strays(court: Court) -> list[str]:
    """Every account whose row has a role that the log did not give, and every role given that no row has, if it was given by an entry that
    this store wrote: a line each.
    """
    async with court.work.of_one_moment() as reading:
        given, back = await Roll(court).given(reading), await log_seen.came_back(reading)
        newest = {head.ref: index for index, head, _ in await log.entries_of(reading, entries.Role)} if back else {}
        rows = await accounts.rolls(reading)
    named = {pseudonym(court, account): (account, role) for account, role in rows}
    found = [
        f"account {account} has the role {role} in the database, and the log gave it {given.get(who, Role.MEMBER)}"
        for who, (account, role) in named.items()
        if given.get(who) != role
    ]
    return found + [
        f"the log gave {who} the role {role}, and no account has it"
        for who, role in given.items()
        if role != Role.MEMBER and who not in named and newest.get(who, -1) not in back
    ]
