"""What tests of notices, appeals and reports have in common: forms sent as a browser does, entries of the log, a suspension."""

import json
from typing import Any

import httpx2
import regex

from chaupal.governance.cases import decisions, house
from chaupal.governance.cases.house import MatterForm
from chaupal.governance.cases.ladder import Draft
from chaupal.social.signin import sessions
from chaupal.store.court import ledger
from village import REASON, Village, Villager

VISITOR = "v" * 24
GROUNDS = "पोस्ट में एक व्यक्ति को मारने की धमकी दी गई है।"


async def send(village: Village, who: Villager | None, page: str, to: str = "", **fields: Any) -> httpx2.Response:
    """Fill in the form on `page` and send it to `to` (the same path); Hindi, from India."""
    cookies = {"look_as": "IN", "language": "hi"} | ({"chaupal": who.cookie} if who else {"visitor": VISITOR})
    headers = {"cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    shown = await village.client.get(page, headers=headers)
    word = regex.search(r'name="csrf" value="([^"]+)"', shown.text)
    assert word, (page, shown.status_code)
    answer = await village.client.post(to or page, data={"csrf": word[1], **fields}, headers=headers)
    await village.settle()
    return answer


async def entries(village: Village, kind: str) -> list[dict[str, Any]]:
    """Entries of the log of one kind, in order."""
    async with village.running.house.court.work.reading() as reading:
        found = [json.loads(entry) for entry in await ledger.entries(reading, 0, await ledger.size(reading))]
    return [entry for entry in found if entry["t"] == kind]


async def strikes(village: Village, who: Villager) -> list[dict[str, Any]]:
    answer = await village.api(who, "GET", "/api/v1/disputes/strikes")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def suspend(
    village: Village, whom: Villager, *, by: Villager, second: Villager, until: str = "", report: int | None = None
) -> str:
    """Under rule 1 of the house, by two people; the reference. They are let in anew, as far as that goes."""
    court = village.running.house.court
    form = MatterForm(
        targets=f"@{whom.handle}",
        rule=court.rules.current(village.clock()).cite(1),
        source="user_report" if report else "staff",
        grounds=GROUNDS,
        report_id=report,
    )
    draft = Draft(outcome="suspend", reason=REASON, until=until, permanent=not until)
    ref, alone = await house.sanction(court, by.viewer, form, draft)
    assert not alone
    await decisions.approve(court, second.viewer, ref, 1)
    await village.settle()
    square = village.running.house.square
    whom.cookie = (await sessions.begin_session(square, whom.id)).secret
    whom.token = await sessions.issue_token(square, whom.id, "read write")
    return ref
