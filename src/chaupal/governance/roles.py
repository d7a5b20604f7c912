"""Roles of the staff: who is given one, and by whose word, stands in the log under pseudonyms."""

from chaupal.governance import log, record
from chaupal.governance.context import Court
from chaupal.governance.papers import check_may
from chaupal.kernel.errors import Conflict, NotAllowed, NotFound
from chaupal.policy import may
from chaupal.policy.viewer import Role, Viewer
from chaupal.store import accounts, apps, leaving, ledger, standing

GIVEN = tuple(role for role in Role if role is not Role.SYSTEM)
STAFF = tuple(sorted(may.STAFF))


async def grant(court: Court, viewer: Viewer, account: int, role: Role) -> bool:
    """Give an account a role (or take it: MEMBER), in one commit with its entry; False where it has it already.

    Whoever is signed in has the new role at their next request. Raises NotAllowed (also for one's own role), NotFound,
    Conflict for the last owner.
    """
    me = check_may(viewer, "grant_roles")
    if account == me:
        raise NotAllowed("Nobody changes their own role; another owner must do it")
    async with court.work.writing() as w:
        await ledger.hold(w)  # two owners who take the role from each other: one comes second
        was = await accounts.role_of(w, account)
        if was is None or Role.SYSTEM in (was, role):
            raise NotFound("There is no such account")
        if was == role:
            return False
        if (last := await standing.last_of(w, account)) is not None:
            raise Conflict(f"The last {last} who can sign in stays; make somebody else one first")
        if role != Role.MEMBER and await leaving.leaves(w, account) is not None:
            raise Conflict("This account is about to be deleted, as its owner asked")
        public = {"role": role.value, "was": was, "by": record.pseudonym(court, me)}
        await log.append(court, w, "role", record.pseudonym(court, account), public)
        await accounts.set_role(w, account, role)
        await apps.forget_callers(w, account)
    return True
