"""A way back for who cannot sign in: an owner whom the house shut out, let in on the machine; whoever lost phone and keys, let in by
an owner. The log says so of everybody of the staff.
"""

from chaupal.governance.cases import cases, effects, guards
from chaupal.governance.context import AT_THE_MACHINE, Court
from chaupal.governance.events import SecondStepEnded, SecondStepWanted
from chaupal.governance.orders.papers import check_may
from chaupal.governance.people import role_grants
from chaupal.governance.people.access_audit import check_purpose
from chaupal.kernel.errors import Conflict, NotAllowed, NotFound
from chaupal.policy.measures import STATES
from chaupal.policy.viewer import Role, Viewer
from chaupal.store.court import access_audit as looks, ledger, rulings
from chaupal.store.court.case_events import CaseEventBody
from chaupal.store.identity import accounts, apps, logins, two_factor as factors
from chaupal.store.identity.logins import Login
from chaupal.store.machine.work import Reading

REASON = "Whoever runs this server let an owner in again, on the machine itself."


async def let_in(court: Court, account: int) -> int:
    """End what keeps an owner out: every freeze and suspension in force on the account, in one commit. How many they were.

    Raises NotFound, NotAllowed for who is no owner (owners do the rest), Conflict where nothing keeps them out.
    """
    async with court.work.writing() as w:
        await ledger.hold(w)
        stands = (await accounts.standings(w, [account])).get(account)
        if stands is None or stands.state == "deleted":
            raise NotFound("no_such_account")
        if stands.role != Role.OWNER:
            raise NotAllowed("only_owner_let_in")
        kept_out = [
            row
            for row in await rulings.of_owner(w, account)
            if row.subject_id == account and row.measure in STATES and row.lifted_at is None
        ]
        if not kept_out:
            raise Conflict("nothing_keeps_out")
        for target in dict.fromkeys(row.target_id or 0 for row in kept_out):
            case = await cases.case_with(court, w, target)
            taken = cases.follow(case, "lift", AT_THE_MACHINE)
            leaf = await effects.end_all(court, w, case, how="lifted", by=AT_THE_MACHINE, reason=REASON)
            await cases.enter(court, w, case, taken, CaseEventBody(reason=REASON), leaf)
    return len(kept_out)


async def unlock(court: Court, viewer: Viewer, account: int, known: str) -> None:
    """Ask an account for its password alone again, for whoever lost phone, keys and recovery codes; all that is signed in ends.

    `known`: how one made sure whose account it is. It is kept with who did it; of the staff the log says so, as of their role.
    Raises NotAllowed (also for oneself, whose settings ask for the password), Invalid, NotFound, Conflict where nothing is asked.
    """
    me = check_may(viewer, role_grants.GRANT)
    if account == me:
        raise NotAllowed("own_second_step")
    known = check_purpose(known, "known", "known_missing")
    async with court.work.writing() as w:
        await ledger.hold(w)
        by = await role_grants.giver(court, w, viewer)
        await guards.check_not_own(w, me, [account], "own_second_step")
        await accounts.hold(w, account)
        login = await _login(w, account)
        if not login.second:
            raise Conflict("second_step_off")
        role = await accounts.role_of(w, account) or Role.MEMBER
        if role != Role.MEMBER:
            await role_grants.say_again(court, w, account, Role(role), by)
        await looks.note(w, court.make_id(), me, court.clock(), "second_step", login.handle, known)
        await factors.drop_all(w, account)
        await apps.end_all(w, account)
        w.tell(SecondStepEnded(account=account))


async def ask_for_second_step(court: Court, viewer: Viewer, account: int) -> None:
    """Somebody of the staff is asked to set up codes or a passkey. Raises NotAllowed, NotFound, Conflict where they have."""
    async with court.work.writing() as w:
        await guards.act(w, viewer, role_grants.GRANT)
        login = await _login(w, account)
        if login.role == Role.MEMBER:
            raise NotFound("no_such_account")
        if login.second:
            raise Conflict("second_step_on")
        w.tell(SecondStepWanted(account=account))


async def _login(reading: Reading, account: int) -> Login:
    found = await logins.login_of(reading, account)
    if found is None:
        raise NotFound("no_such_account")
    return found
