"""Roles of the staff: who is given one, and by whose word, stands in the log under pseudonyms."""

from chaupal.governance import log, record
from chaupal.governance.context import Court
from chaupal.governance.papers import check_may
from chaupal.kernel.errors import Conflict, NotAllowed, NotFound
from chaupal.policy.may import MAY
from chaupal.policy.viewer import Role, Viewer
from chaupal.store import accounts, apps, ledger

GIVEN = tuple(role for role in Role if role is not Role.SYSTEM)
STAFF = tuple(sorted(MAY["see_office"]))


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
        if was == Role.OWNER and await accounts.with_roles(w, (Role.OWNER,)) == [account]:
            raise Conflict("The last owner stays; make somebody else an owner first")
        public = {"role": role.value, "was": was, "by": record.pseudonym(court, me)}
        await log.append(court, w, "role", record.pseudonym(court, account), public)
        await accounts.set_role(w, account, role)
        await apps.forget_callers(w, account)
    return True
