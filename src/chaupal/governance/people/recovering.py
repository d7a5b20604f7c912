"""A way back where no owner can sign in: who has a shell on the machine lets an owner in again, and the log says so."""

from chaupal.governance.cases import cases, effects
from chaupal.governance.context import Court
from chaupal.governance.log.pseudonyms import AT_THE_MACHINE
from chaupal.kernel.errors import Conflict, NotAllowed, NotFound
from chaupal.policy.measures import STATES
from chaupal.policy.viewer import Role
from chaupal.store.court import ledger, rulings
from chaupal.store.court.case_events import CaseEventBody
from chaupal.store.identity import accounts

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
