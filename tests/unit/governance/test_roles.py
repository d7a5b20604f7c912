"""A role is given in one commit with its entry in the log, under pseudonyms, and holds at the next request."""

import json

import pytest

from chaupal.governance import log, record, roles
from chaupal.kernel.errors import Conflict, NotAllowed, NotFound
from chaupal.kernel.secrets import digest
from chaupal.policy.viewer import Role
from chaupal.social import logins
from chaupal.store import ledger
from court import Bench, staff


async def last_entry(bench: Bench) -> dict[str, object]:
    async with bench.court.work.reading() as reading:
        return json.loads(await log.entry(bench.court, await ledger.size(reading) - 1))


async def test_a_new_role_holds_at_the_next_request_and_is_in_the_log(bench: Bench):
    square, owner = bench.street.square, staff(1, Role.OWNER)
    token = await logins.issue_token(square, bench.meera, "read")
    before = await logins.caller_by_token(square, digest(token))
    assert before is not None and before.role is Role.MEMBER
    assert await roles.grant(bench.court, owner, bench.meera, Role.REVIEWER)
    after = await logins.caller_by_token(square, digest(token))
    assert after is not None and after.role is Role.REVIEWER
    entry = await last_entry(bench)
    public = {"role": "reviewer", "was": "member", "by": record.pseudonym(bench.court, 1)}
    assert (entry["t"], entry["ref"], entry["public"]) == ("role", record.pseudonym(bench.court, bench.meera), public)
    assert not await roles.grant(bench.court, owner, bench.meera, Role.REVIEWER)
    assert await last_entry(bench) == entry, "what changes nothing is not logged"


async def test_who_may_give_which_role(bench: Bench):
    owner = staff(1, Role.OWNER)
    entry = await last_entry(bench)
    with pytest.raises(NotAllowed):
        await roles.grant(bench.court, bench.dev, bench.meera, Role.OWNER)
    with pytest.raises(NotAllowed):
        await roles.grant(bench.court, staff(bench.meera, Role.OWNER), bench.meera, Role.MEMBER)
    with pytest.raises(NotFound):
        await roles.grant(bench.court, owner, 999_999, Role.CLERK)
    with pytest.raises(Conflict, match="last owner"):
        await roles.grant(bench.court, owner, bench.owner.me, Role.MEMBER)
    with pytest.raises(Conflict, match="last approver"):
        await roles.grant(bench.court, owner, bench.dev.me, Role.OWNER)
    assert await last_entry(bench) == entry
    assert await roles.grant(bench.court, owner, bench.meera, Role.OWNER)
    assert await roles.grant(bench.court, owner, bench.owner.me, Role.MEMBER)
    with pytest.raises(Conflict, match="last owner"):
        await roles.grant(bench.court, owner, bench.meera, Role.MEMBER)
