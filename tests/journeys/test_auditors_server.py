"""An auditor's fresh server: a court with everything that courts do, judged from outside by `chaupal-audit`, and then lied in.

The house is played by its own functions, on one log: an order in bulk, emergencies, stays, partial quashing, longer and lesser
measures, an appeal, its own rules, a secret, a protected speaker attacked, roles that change. The record is written as
files, carried by a web server that knows nothing, and the program for strangers is run on them. `test_bulk_desk.py` holds
how long a desk waits for 1,178, `test_february_2021.py` that a stranger counts so many, `surfaces/test_secrecy.py` the two worlds;
here all of it stands in one log.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import msgspec
import pytest
import regex

from chaupal.app import static_mirror
from chaupal.fanout.notifications import served
from chaupal.governance.appeals import appeals, notices
from chaupal.governance.cases import bulk, decisions, house, reviews
from chaupal.governance.cases.bulk import Item
from chaupal.governance.cases.guards import NeedsTwo
from chaupal.governance.cases.house import MatterForm
from chaupal.governance.cases.ladder import Draft
from chaupal.governance.context import pseudonym
from chaupal.governance.log import log, tallying
from chaupal.governance.orders import orders, publishing, replacing, steps
from chaupal.governance.orders.changes import ChangeForm
from chaupal.governance.orders.steps import StepForm
from chaupal.governance.people import role_grants, speakers
from chaupal.governance.report import reported, snapshots
from chaupal.kernel.clock import DAY, HOUR, MINUTE, iso
from chaupal.kernel.errors import Conflict
from chaupal.policy.measures import Measure
from chaupal.policy.viewer import Role
from chaupal.reads.court import dossier
from chaupal.social.posts import posts
from chaupal.store.court import docket, ledger
from chaupal.store.identity.facts_cache import rulings_in_force
from chaupal_audit import tlog
from chaupal_audit.log import entries
from chaupal_audit.rule_of_law import Verdict
from surfaces.insiders import GROUNDS, as_app, at_desk, binding, draft, hire, in_shell, opened, protect, rule_for
from village import FINDING, REASON, Village, VillagePost, Villager

pytestmark = pytest.mark.parametrize("database", ["sqlite", "postgres"], indirect=True)

MANY = 150  # targets of the order in bulk; so few rows of an entry that a tally takes two all the same
WHY = "The court has found that these say nothing of the kind."
COURT = "High Court of Delhi"
PROTECTED = "It reports what happened in the street; the law protects that: number {}."
CANARY = "केसरिया-कबूतर-4711 says who is meant."  # the words of the secret order
POST = frozenset({Measure.WITHHOLD_POST})
UNTIL = "2021-02-28T12:00"
EMERGENCY = {"regime": "IN-69A-EMERG", "role": "secretary", "officer_rank": "Secretary"}


class Quiet(SimpleHTTPRequestHandler):
    """Any web server over a directory; a directory itself is no file."""

    def log_message(self, format: str, *args: object) -> None:
        pass


class Auditor:
    """Somebody with an address, and no more. `folder` is what the house has written out."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.server = folder, ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
        Thread(target=self.server.serve_forever, daemon=True).start()

    async def run(self, v: Village, *more: str, pages: bool = True) -> subprocess.CompletedProcess[str]:
        """The house's record as it stands, and `chaupal-audit --compare` on it.

        The program reads the log and the report. Without `pages`, those that people come to by links are left as they were:
        a third of what this test takes.
        """
        house = v.running.house
        await reported.caught_up(house.court)
        with pytest.MonkeyPatch.context() as patch:
            if not pages:
                patch.setattr(static_mirror, "FOLLOWED", regex.compile("(?!)"))
            await static_mirror.write_mirror(house, self.folder, "en", lambda part, n: None)
        words = ["--compare", *more, f"http://127.0.0.1:{self.server.server_port}"]
        command = [sys.executable, "-m", "chaupal_audit.cli", *words]
        return await asyncio.to_thread(
            subprocess.run, command, capture_output=True, text=True, timeout=120, check=False
        )

    def told(self) -> str:
        """Everything that the house tells the world, in one text."""
        return "\n".join(
            file.read_text("utf-8", "replace") for file in sorted(self.folder.rglob("*")) if file.is_file()
        )


@pytest.fixture
def auditor(tmp_path: Path) -> Iterator[Auditor]:
    (tmp_path / "written").mkdir()
    auditor = Auditor(tmp_path / "written")
    yield auditor
    auditor.server.shutdown()
    auditor.server.server_close()


@dataclass
class Played:
    """The staff, and what each order was for."""

    v: Village
    tara: Villager
    nila: Villager
    refs: dict[str, str] = field(default_factory=dict[str, str])
    hidden: VillagePost | None = None  # what the secret order withheld

    @property
    def court(self) -> Any:
        return self.v.running.house.court

    async def receives(self, name: str, *targets: str, **form: Any) -> str:
        self.refs[name] = await self.v.receives(*targets, **form)
        return self.refs[name]

    async def step(self, ref: str, verb: str, **said: Any) -> None:
        await steps.take(self.court, self.v.chitra.viewer, ref, StepForm(verb=verb, **said))
        await self.v.settle()

    async def withhold(self, ref: str, number: int = 1, outcome: str = "withhold_post") -> None:
        finding = FINDING if outcome == "withhold_account" else ""
        await decisions.propose(
            self.court, self.v.chitra.viewer, ref, number, outcome=outcome, reason=REASON, finding=finding
        )
        await decisions.approve(self.court, self.v.dev.viewer, ref, number)
        await self.v.settle()

    async def change(self, ref: str, number: int = 1, **form: Any) -> None:
        typed: dict[str, Any] = {"reason": WHY} | form
        await decisions.propose_change(self.court, self.v.chitra.viewer, ref, number, ChangeForm(**typed))
        await decisions.approve(self.court, self.v.dev.viewer, ref, number)
        await self.v.settle()

    async def many(self, who: Villager, ref: str, verb: str, rows: dict[int, dict[str, str]]) -> None:
        """All of them in one call, each as it stands now."""
        found = await dossier.matter(self.v.running.house.reads, who.viewer, ref, most=MANY)
        seen = {one.target.number: one.events[-1].number for one in found.dossier.files}
        items = [Item(number=n, seen=seen[n], **said) for n, said in rows.items()]
        done = await bulk.run(self.court, who.viewer, ref, verb, items)
        assert done.counts == {"done": len(rows)}, done.bad[:1]
        await self.v.settle()

    async def passes(self, span: int) -> None:
        """Time, and the errands of the house that come with it."""
        while span > 0:
            self.v.clock.move(min(span, DAY))
            span -= DAY
            await decisions.lapse_ended(self.court)
            await publishing.publish_due(self.court)
            await served.release(self.v.running.carrier)
            await self.v.settle()

    async def bound(self, post: VillagePost | int, country: str = "IN") -> bool:
        async with self.court.work.reading() as reading:
            found = await rulings_in_force(reading)
        return found.find(post if isinstance(post, int) else post.id, country, POST) is not None


# --- the play, an act each ---


async def in_bulk(p: Played) -> None:
    """So many targets by two people; some are sent back, quashed by a court, or withdrawn by who asked for them."""
    v, square = p.v, p.v.running.house.square
    authors = [v.asha, v.ravi]
    who = [authors[n % 2] for n in range(MANY)]
    ids: list[int] = []
    for start in range(0, MANY, 50):
        drafts = [
            posts.publish(square, one.viewer, posts.Draft(text=f"बात {start + n}"))
            for n, one in enumerate(who[start : start + 50])
        ]
        ids += await asyncio.gather(*drafts)
    await v.settle()
    ref = await p.receives("bulk", *(f"{one.path}/{id_}" for one, id_ in zip(who, ids, strict=True)))
    said = {
        n: {"outcome": "withhold_post", "reason": f"{REASON} {n}"}
        if n % 4
        else {"outcome": "refuse", "code": "protected_expression", "reason": PROTECTED.format(n)}
        for n in range(1, MANY + 1)
    }
    await p.many(v.chitra, ref, "propose", said)
    await p.many(v.dev, ref, "return", {n: {"reason": "Which person is meant? The post names two."} for n in (1, 4)})
    await p.many(v.chitra, ref, "propose", {n: said[n] for n in (1, 4)})
    await p.many(v.dev, ref, "approve", {n: {} for n in said})
    await p.passes(HOUR)
    await p.step(ref, "set_aside", targets=(1, 2, 3), body=COURT, reason=WHY)
    await p.step(ref, "withdraw", targets=(5, 6), reason="The ministry has withdrawn these by letter.")
    await decisions.lift(p.court, v.chitra.viewer, ref, 7, reason="The post was answered and is harmless now.")
    await v.settle()
    assert [await p.bound(ids[n - 1]) for n in (1, 2, 3, 4, 5, 6, 7, 9)] == [False] * 7 + [True]


async def emergency(p: Played) -> None:
    """Two posts at once; a day later the ordinary order confirms the one, and the other is given back after 48 hours."""
    v = p.v
    first, second = await v.says(v.asha, "फाटक बंद है"), await v.says(v.asha, "सड़क भी बंद है")
    ref = await p.receives("emergency", first.path, second.path, **EMERGENCY)
    for number in (1, 2):
        await p.withhold(ref, number)
    await p.passes(24 * HOUR)
    confirming = await p.receives("confirming", first.path)
    await p.step(
        ref, "confirm", confirms=confirming, body="secretary", reason="Confirmed by the Secretary under rule 9."
    )
    await p.passes(25 * HOUR)
    assert (await p.bound(first), await p.bound(second)) == (True, False)
    await p.step(ref, "close")


async def stayed(p: Played) -> None:
    """A court stays an order as a whole, and one of its two posts once more; what stood goes on."""
    v = p.v
    first, second = await v.says(v.ravi, "रात भर बारिश"), await v.says(v.ravi, "तंबू भीग गए")
    ref = await p.receives("stayed", first.path, second.path)
    for number in (1, 2):
        await p.withhold(ref, number)
    await p.step(ref, "stay", body=COURT)
    assert not await p.bound(first)
    await p.passes(3 * HOUR)
    await p.step(ref, "end_stay", body=COURT)
    await p.step(ref, "stay", targets=(2,), body=COURT)
    await p.passes(HOUR)
    await p.step(ref, "end_stay", targets=(2,), body=COURT)
    assert await p.bound(first) and await p.bound(second)


async def longer_and_less(p: Played) -> None:
    """A measure is extended and then made less by two; an account is narrowed to a post by a committee, another on appeal."""
    v = p.v
    said = await v.says(v.ravi, "सुबह तक यहीं हैं")
    ref = await p.receives("extended", said.path, ends_at=iso(v.clock() + 2 * DAY))
    await p.withhold(ref)
    await p.passes(HOUR)
    await p.change(ref, kind="extend", until=iso(v.clock() + 9 * DAY), body="authority")
    await p.passes(HOUR)
    await p.change(ref, kind="renew", until=iso(v.clock() + 20 * DAY), body="authority")
    ref = await p.receives("amended", "@karl")
    await p.withhold(ref, outcome="withhold_account")
    await p.change(ref, kind="amend", outcome="withhold_post", parts=(v.karl.latest.id,), body="review_committee")
    assert await p.bound(v.karl.latest)
    ravi = v.ravi
    ref = await p.receives("appealed", "@ravi")
    await p.withhold(ref, outcome="withhold_account")
    strike = next(
        one for one in await notices.of_viewer(p.court, ravi.viewer) if one.ruling.measure == "withhold_account"
    )
    filed = await appeals.file(p.court, ravi.viewer, strike.ruling.id, "Only one of my posts speaks of the gate.")
    await p.passes(DAY)
    typed = appeals.Decision(
        outcome="modified",
        reason="One post alone is what the order is about.",
        measure="withhold_post",
        parts=(ravi.said[0].id,),
    )
    await appeals.decide(p.court, v.owner.viewer, filed.id, typed)
    await v.settle()
    assert await p.bound(ravi.said[0])


async def own_rules(p: Played) -> None:
    """One person for a time, two for long, and what the state had pointed out; and an act in an emergency, seconded."""
    v = p.v
    for handle, source in (("troll", "staff"), ("flagged", "state_flag")):
        await v.joins(handle)
        whose = (await v.ministry()).id if source == "state_flag" else None
        form = MatterForm(
            targets=f"@{handle}", rule=rule_for(v, "limit"), grounds=GROUNDS, source=source, flagged_by=whose
        )
        p.refs[handle], done = await house.sanction(
            p.court, p.tara.viewer, form, draft(v, "limit", iso(v.clock() + 2 * DAY))
        )
        assert done
        await v.settle()
    form = MatterForm(targets="@troll", rule=rule_for(v, "suspend"), grounds=GROUNDS)
    ref = p.refs["suspended"] = await house.open_matter(p.court, v.chitra.viewer, form)
    suspend: dict[str, Any] = msgspec.structs.asdict(draft(v, "suspend", iso(v.clock() + 90 * DAY))) | {
        "finding": FINDING
    }
    await decisions.propose(p.court, v.chitra.viewer, ref, 1, **suspend)
    await decisions.approve(p.court, v.dev.viewer, ref, 1)
    said = await v.says(v.asha, "ट्रैक्टर आ रहे हैं")
    ref = await p.receives("emergency", said.path)
    await decisions.act_in_emergency(p.court, v.dev.viewer, ref, 1, Draft(outcome="withhold_post", reason=REASON))
    await p.passes(HOUR)
    await decisions.approve(p.court, v.owner.viewer, ref, 1)
    await v.settle()


async def secret(p: Played) -> VillagePost:
    """An order that its law lets be gagged, with a measure by it."""
    v = p.v
    said = await v.says(v.asha, "कोई कुछ नहीं बताता")
    ref = await p.receives("secret", said.path, gag_until=UNTIL, reasons=CANARY)
    await decisions.propose(p.court, v.chitra.viewer, ref, 1, outcome="withhold_post", reason=CANARY)
    await decisions.approve(p.court, v.dev.viewer, ref, 1)
    await v.settle()
    return said


async def protected(p: Played) -> None:
    """A moderator gets at a protected speaker by no way in; an order does, by three people."""
    v = p.v
    await protect(v, v.meera)
    ref = await opened(v, p.tara, "@meera", "freeze")
    with pytest.raises(NeedsTwo):
        await decisions.act_alone(p.court, p.tara.viewer, ref, 1, draft(v, "freeze"))
    form = {"outcome": "freeze", "reason": REASON, "until": "2099-01-01", "rule": rule_for(v, "freeze"), "seen": 1}
    assert (await at_desk(v, p.tara, f"/office/orders/{ref}/1/act_alone", **form)).status_code == 403
    for who in (p.tara, v.dev):
        alone = await as_app(v, who, "POST", f"/api/v1/admin/orders/{ref}/targets/1/act_in_emergency", **form)
        assert alone.status_code == 403
    asked = {"type": "disable", "text": GROUNDS, "rule": rule_for(v, "freeze").partition("@")[0]}
    acted = await as_app(v, p.tara, "POST", f"/api/v1/admin/accounts/{v.meera.id}/action", **asked)
    assert acted.status_code == 202, acted.text
    assert await binding(v, v.meera) == [], "it waits as a proposal"
    shell = await in_shell(
        v,
        "order",
        "emergency",
        ref,
        "1",
        "--as",
        "dev",
        "--outcome",
        "freeze",
        "--reason",
        REASON,
        "--finding",
        FINDING,
    )
    assert shell.returncode != 0 and "Traceback" not in shell.stderr, shell.stderr
    rows = [Item(number=1, seen=1, outcome="freeze", reason=REASON, until="2099-01-01", rule=rule_for(v, "freeze"))]
    (row,) = (await bulk.run(p.court, p.tara.viewer, ref, "act", rows)).rows
    assert (row.state, await binding(v, v.meera)) == ("measure_proposed", [])
    ref = await p.receives("protected", v.meera.latest.path)
    await decisions.propose(p.court, v.chitra.viewer, ref, 1, outcome="withhold_post", reason=REASON)
    with pytest.raises(Conflict):
        await decisions.approve(p.court, v.dev.viewer, ref, 1)
    await decisions.concur(p.court, p.nila.viewer, ref, 1)
    await decisions.approve(p.court, v.dev.viewer, ref, 1)
    await v.settle()
    assert await p.bound(v.meera.latest)


async def asked_in_vain(p: Played) -> None:
    """Of a protected speaker a dozen posts are asked for and none withheld: their class is counted, and nobody named."""
    v, square = p.v, p.v.running.house.square
    ids = [await posts.publish(square, v.meera.viewer, posts.Draft(text=f"ख़बर {n}")) for n in range(12)]
    await v.settle()
    ref = await p.receives("in vain", *(f"{v.meera.path}/{id_}" for id_ in ids))
    rows = {
        n: {"outcome": "refuse", "code": "protected_expression", "reason": PROTECTED.format(n)} for n in range(1, 13)
    }
    await p.many(v.chitra, ref, "propose", rows)
    await p.many(v.dev, ref, "approve", {n: {} for n in rows})


async def still_protected(p: Played) -> None:
    """What three decided goes on as theirs after a stay, a confirmation and an appeal; whoever is protected no more takes two."""
    v = p.v
    first, second, third = [await v.says(v.meera, words) for words in ("पहली ख़बर", "दूसरी ख़बर", "तीसरी ख़बर")]
    refs = [
        await p.receives("three stayed", first.path),
        await p.receives("three confirmed", second.path, **EMERGENCY),
        await p.receives("three appealed", third.path),
    ]
    for ref in refs:
        await decisions.propose(p.court, v.chitra.viewer, ref, 1, outcome="withhold_post", reason=REASON)
        await decisions.concur(p.court, p.nila.viewer, ref, 1)
        await decisions.approve(p.court, v.dev.viewer, ref, 1)
    await v.settle()
    await p.step(refs[0], "stay", body=COURT)
    await p.passes(HOUR)
    await p.step(refs[0], "end_stay", body=COURT)
    confirming = await p.receives("three confirming", second.path)
    await p.step(
        refs[1], "confirm", confirms=confirming, body="secretary", reason="Confirmed by the Secretary, rule 9."
    )
    strike = next(one for one in await notices.of_viewer(p.court, v.meera.viewer) if one.ruling.order_ref == refs[2])
    filed = await appeals.file(p.court, v.meera.viewer, strike.ruling.id, "It is news, and it is true.")
    nearer = appeals.Decision(outcome="modified", reason="A week is enough for this.", ends_at=iso(v.clock() + 7 * DAY))
    await appeals.decide(p.court, v.owner.viewer, filed.id, nearer)
    await v.settle()
    assert [await p.bound(one) for one in (first, second, third)] == [True] * 3
    (grant,) = [one for one in await speakers.listed(p.court, v.chitra.viewer) if one.account_id == v.meera.id]
    await speakers.ask_end(p.court, v.chitra.viewer, grant.id)
    await speakers.end(p.court, v.dev.viewer, grant.id)
    last = await v.says(v.meera, "अब मैं भी सबके जैसी हूँ")
    await p.withhold(await p.receives("unprotected", last.path))
    assert await p.bound(last)
    await protect(v, v.meera)


async def emergency_seconded(p: Played) -> None:
    """One acted in an emergency and was seconded; it is stayed, whoever seconded it leaves, and it goes on as the two had it."""
    v = p.v
    said, second = await v.says(v.asha, "चूल्हा जला"), await hire(v, "soon", Role.APPROVER)
    ref = await p.receives("emergency seconded", said.path)
    await decisions.act_in_emergency(p.court, v.dev.viewer, ref, 1, Draft(outcome="withhold_post", reason=REASON))
    await p.passes(HOUR)
    await decisions.approve(p.court, second.viewer, ref, 1)
    await v.settle()
    await p.step(ref, "stay", body=COURT)
    await role_grants.grant(p.court, v.owner.viewer, second.id, Role.MEMBER)
    await p.passes(HOUR)
    await p.step(ref, "end_stay", body=COURT)
    await p.passes(2 * DAY)
    assert await p.bound(said)


async def new_roles(p: Played) -> None:
    """What somebody proposed whose role is taken is approved by nobody, until they have it again."""
    v = p.v
    said = await v.says(v.asha, "अब कौन फ़ैसला करेगा?")
    ref = await p.receives("roles", said.path)
    await decisions.propose(p.court, v.chitra.viewer, ref, 1, outcome="withhold_post", reason=REASON)
    await role_grants.grant(p.court, v.owner.viewer, v.chitra.id, Role.MEMBER)
    with pytest.raises(Conflict):
        await decisions.approve(p.court, v.dev.viewer, ref, 1)
    await role_grants.grant(p.court, v.owner.viewer, v.chitra.id, Role.REVIEWER)
    await decisions.approve(p.court, v.dev.viewer, ref, 1)
    await v.settle()
    # And whoever leaves the staff takes nothing with them: what they decided stands.
    await role_grants.grant(p.court, v.owner.viewer, p.nila.id, Role.MEMBER)
    assert await p.bound(said)


async def staff_leave(p: Played) -> None:
    """Whoever decided has left the staff when a stay ends, an emergency is confirmed, an appeal is heard: what they decided goes on."""
    v = p.v
    first, second, third = [await v.says(v.asha, words) for words in ("एक और रात", "दूसरी रात", "तीसरी रात")]
    kala, gone = await hire(v, "kala", Role.REVIEWER), await hire(v, "gone", Role.APPROVER)
    refs = [
        await p.receives("left stayed", first.path),
        await p.receives("left confirmed", second.path, **EMERGENCY),
        await p.receives("left appealed", third.path),
    ]
    for ref in refs:
        await decisions.propose(p.court, kala.viewer, ref, 1, outcome="withhold_post", reason=REASON)
        await decisions.approve(p.court, gone.viewer, ref, 1)
    await v.settle()
    await p.step(refs[0], "stay", body=COURT)
    for who in (kala, gone):
        await role_grants.grant(p.court, v.owner.viewer, who.id, Role.MEMBER)
    await p.passes(HOUR)
    await p.step(refs[0], "end_stay", body=COURT)
    confirming = await p.receives("left confirming", second.path)
    await p.step(
        refs[1], "confirm", confirms=confirming, body="secretary", reason="Confirmed by the Secretary under rule 9."
    )
    strike = next(one for one in await notices.of_viewer(p.court, v.asha.viewer) if one.ruling.order_ref == refs[2])
    filed = await appeals.file(p.court, v.asha.viewer, strike.ruling.id, "The nights are over, and so is this.")
    nearer = appeals.Decision(
        outcome="modified", reason="A month is enough for this post.", ends_at=iso(v.clock() + 30 * DAY)
    )
    await appeals.decide(p.court, v.dev.viewer, filed.id, nearer)
    await v.settle()
    assert [await p.bound(one) for one in (first, second, third)] == [True] * 3


async def one_alone(p: Played) -> None:
    """What one person did goes on as one person's: after a stay until its day is over, and on appeal with a nearer end."""
    v = p.v
    said = await v.says(v.asha, "चाय बन गई")
    ref = await p.receives("emergency stayed", said.path)
    await decisions.act_in_emergency(p.court, v.dev.viewer, ref, 1, Draft(outcome="withhold_post", reason=REASON))
    await v.settle()
    await p.step(ref, "stay", body=COURT)
    await p.passes(HOUR)
    await p.step(ref, "end_stay", body=COURT)
    assert await p.bound(said)
    loud = await v.joins("loud")
    form = MatterForm(targets="@loud", rule=rule_for(v, "limit"), grounds=GROUNDS)
    p.refs["loud"], _ = await house.sanction(p.court, p.tara.viewer, form, draft(v, "limit", iso(v.clock() + 2 * DAY)))
    await v.settle()
    (strike,) = await notices.of_viewer(p.court, loud.viewer)
    filed = await appeals.file(p.court, loud.viewer, strike.ruling.id, "I have posted this three times, not forty.")
    nearer = appeals.Decision(
        outcome="modified", reason="A day is enough for what was posted.", ends_at=iso(v.clock() + DAY)
    )
    await appeals.decide(p.court, v.dev.viewer, filed.id, nearer)
    await p.passes(DAY)
    assert not await p.bound(said)


async def business(p: Played) -> None:
    """The rest of a court's day: returned and mended, heard, kept, overturned, the same post asked for twice, closed."""
    v = p.v
    said, other = await v.says(v.asha, "मेड़ पर पानी"), await v.says(v.asha, "मेड़ टूट गई")
    ref = await p.receives("heard", said.path, other.path, checked=False)
    await p.step(ref, "acknowledge")
    await p.step(ref, "return_order", codes=("no_reasons",), reason="The order does not say why.")
    await p.step(ref, "mend", reason="The ministry has written why.")
    await p.step(ref, "check")
    await p.step(ref, "set_hearing", until=iso(v.clock() + 4 * DAY))
    await p.withhold(ref)
    await decisions.propose(p.court, v.chitra.viewer, ref, 2, outcome="duplicate", reason=REASON)
    await decisions.approve(p.court, v.dev.viewer, ref, 2)
    await reviews.keep(p.court, v.dev.viewer, ref, 1, reason="It is as dangerous as it was.")
    again = await p.receives("again", said.path)
    await p.withhold(again)
    strike = next(one for one in await notices.of_viewer(p.court, v.asha.viewer) if one.ruling.order_ref == again)
    filed = await appeals.file(p.court, v.asha.viewer, strike.ruling.id, "You withhold this one already.")
    await appeals.decide(
        p.court, v.owner.viewer, filed.id, appeals.Decision(outcome="reversed", reason="Once is enough, she is right.")
    )
    await p.passes(4 * DAY + MINUTE)
    await p.step(ref, "hold_hearing", text="Both were heard.")
    await p.step(again, "close")
    assert await p.bound(said)
    ref = await p.receives("sent back", said.path, other.path, checked=False)
    await p.step(ref, "return_order", codes=("no_reasons",), reason="The order does not say why.")
    form = (await replacing.to_take_in(p.court, v.owner.viewer, ref)).form
    mended = await orders.receive(p.court, v.owner.viewer, form)
    await p.step(mended, "acknowledge")
    await p.step(mended, "withdraw")


ACTS = (
    business,
    staff_leave,
    one_alone,
    in_bulk,
    stayed,
    longer_and_less,
    own_rules,
    protected,
    asked_in_vain,
    still_protected,
    emergency_seconded,
    new_roles,
    emergency,
)


# --- lies ---


class Liar:
    """Somebody who holds the log's key, and appends by the log's own door whatever they like."""

    def __init__(self, played: Played) -> None:
        self.p, self.court, self.refs = played, played.court, played.refs
        self.told: dict[int, str] = {}  # index of a lie -> the code by which it is to be named

    def name(self, who: Villager) -> str:
        return pseudonym(self.court, who.id)

    async def newest(self, kind: str, ref: str, **having: Any) -> tuple[int, Any]:
        """(index, what it says) of the newest entry of a kind about an order."""
        async with self.court.work.reading() as reading:
            raw = await ledger.entries(reading, 0, await ledger.size(reading))
        heads = [(i, msgspec.json.decode(one, type=entries.Entry)) for i, one in enumerate(raw)]
        read = [
            (i, msgspec.json.decode(head.public, type=entries.BY_TYPE[kind]))
            for i, head in reversed(heads)
            if (head.t, head.ref) == (kind, ref)
        ]
        return next((i, one) for i, one in read if all(getattr(one, name) == value for name, value in having.items()))

    async def says(
        self,
        code: str,
        ref: str,
        said: entries.Public,
        *,
        prev: int | None,
        carry: int | None = None,
        sealed: Mapping[str, object] | None = None,
        regime: str | None = "IN-69A@1",
    ) -> None:
        async with self.court.work.writing() as w:
            carried = log.NOTHING if carry is None else await log.carried(w, carry)
            written = log.EntryContent(said, sealed or {}, carried=carried)
            index = await log.append(self.court, w, ref, written, prev=prev, regime=regime)
        self.told[index] = code


async def lies_of_measures(liar: Liar) -> None:
    """A measure on each of many proposals that nobody approved; each says one thing that is not so."""
    p, v = liar.p, liar.p.v
    now = tlog.at_minute(v.clock())
    told: list[tuple[str, dict[str, Any]]] = [
        ("backdated", {"start": tlog.at_minute(v.clock() - 2 * DAY)}),
        ("one_person_twice", {"second": liar.name(v.chitra)}),
        ("measure_not_allowed", {"measure": "suspend", "territory": ("XX",)}),
        ("beyond_territory", {"territory": ("DE", "IN")}),
        ("second_missing", {"second": None}),
        ("person_unknown", {"second": "staff-000000000000"}),
        ("role_lost", {"second": liar.name(v.cast["gone"])}),
        ("role_lacking", {"second": liar.name(p.tara)}),
        ("no_end", {"until": None, "review": None}),
        ("wider_than_target", {"measure": "withhold_account", "kind": "account"}),
        ("another_proposed", {"by": liar.name(v.owner)}),
        ("other_basis", {"basis": "own_rules"}),
        ("reason_unlike", {}),
    ]
    said = [await v.says(v.asha, f"कल की बात {n}") for n in range(len(told))]
    ref = await p.receives("lied", *(one.path for one in said))
    for number in range(1, len(told) + 1):
        await decisions.propose(p.court, v.chitra.viewer, ref, number, outcome="withhold_post", reason=REASON)
    await v.settle()
    _, true = await liar.newest("measure", p.refs["roles"])
    for number, (code, changes) in enumerate(told, 1):
        proposal, _ = await liar.newest("decision", ref, target=number)
        new = msgspec.structs.replace(true, **{"target": number, "start": now} | changes)
        unlike = {"subject": "1", "speaker": None, "reason": "Because."} if code == "reason_unlike" else None
        await liar.says(code, ref, new, prev=proposal, carry=None if unlike else proposal, sealed=unlike)
    index, true = await liar.newest("measure", p.refs["protected"])
    another = await v.says(v.meera, "मैं फिर लिखूँगी")
    ref = await p.receives("protected lied", another.path)
    await decisions.propose(p.court, v.chitra.viewer, ref, 1, outcome="withhold_post", reason=REASON)
    proposal, _ = await liar.newest("decision", ref)
    new = msgspec.structs.replace(true, start=tlog.at_minute(v.clock()))
    await liar.says("protected_without_third", ref, new, prev=proposal, carry=proposal)
    ended, _ = await liar.newest("reversal", p.refs["left stayed"], step="stayed")
    index, true = await liar.newest("measure", p.refs["left stayed"])
    for code, changes in (
        ("others_behind_it", {"by": liar.name(v.owner)}),
        ("more_than_before", {"territory": ("DE",)}),
    ):
        new = msgspec.structs.replace(true, **{"start": tlog.at_minute(v.clock())} | changes)
        await liar.says(code, p.refs["left stayed"], new, prev=ended, carry=index)


async def other_lies(liar: Liar) -> None:
    """Orders, ends, refusals, roles, appeals and silences that never were, or not by whom they name."""
    p, v, refs = liar.p, liar.p.v, liar.refs
    by = liar.name(v.chitra)
    order, _ = await liar.newest("order", refs["stayed"])
    await liar.says("closed_in_force", refs["stayed"], entries.Step(step="closed", by=by), prev=order, regime=None)
    order, _ = await liar.newest("order", refs["roles"])
    ended = entries.Step(step="stay_ended", body="court", by=by)
    await liar.says("step_out_of_state", refs["roles"], ended, prev=order, regime=None)
    none = entries.Step(step="stayed", body="court", by=by, targets=(7,))
    await liar.says("target_unnamed", refs["roles"], none, prev=order, regime=None)
    index, lifted = await liar.newest("reversal", refs["bulk"], step="lifted")
    made, _ = await liar.newest("measure", refs["bulk"], target=lifted.target)
    await liar.says("ended_twice", refs["bulk"], lifted, prev=made, carry=index)
    made, true = await liar.newest("measure", refs["bulk"], target=9)
    gone = msgspec.structs.replace(lifted, target=true.target, by=liar.name(v.cast["gone"]))
    await liar.says("ended_without_role", refs["bulk"], gone, prev=made, carry=made)
    made, true = await liar.newest("measure", refs["bulk"], target=10)
    early = msgspec.structs.replace(lifted, step="set_aside", target=true.target)
    await liar.says("end_unordered", refs["bulk"], early, prev=made, carry=made)
    proposal, _ = await liar.newest("decision", refs["bulk"], target=8, step="proposed")
    _, refused = await liar.newest("decision", refs["bulk"], target=8, step="refused")
    alone = msgspec.structs.replace(refused, second=None)
    await liar.says("proposal_spent", refs["bulk"], alone, prev=proposal, carry=proposal)
    filed, _ = await liar.newest("appeal", refs["appealed"], step="filed")
    _, heard = await liar.newest("appeal", refs["appealed"], step="decided")
    own = msgspec.structs.replace(heard, by=liar.name(v.dev))
    await liar.says("appeal_heard_by_decider", refs["appealed"], own, prev=filed)
    made, _ = await liar.newest("measure", refs["roles"])
    silent = entries.Notice(about="begun", target=1, step="withheld")
    await liar.says("gag_without_law", refs["roles"], silent, prev=made, regime=None)
    made_owner = entries.Role(role="owner", was="moderator", by=liar.name(p.tara))
    await liar.says("role_given_by_nobody", liar.name(p.tara), made_owner, prev=None, regime=None)


async def lies_of_tallies(liar: Liar) -> None:
    """A tally that leaves out a decision, one that has one too many, one that begins elsewhere."""
    last, _ = await liar.newest("tally", "2021-02")
    async with liar.court.work.reading() as reading:
        end = await ledger.size(reading)
    _, true = await liar.newest("tally", "2021-02")
    fewer = entries.Tally(period="2021-03", first=true.to, to=end)
    rows = [tlog.disclose("row", {"class": "none", "did": "measure", "kind": "post"}) for _ in range(3)]
    for code, said, told in (
        ("tally_miscounted", fewer, []),
        ("tally_unlike", msgspec.structs.replace(fewer, first=end, rows=3), rows),
        ("tally_gap", msgspec.structs.replace(fewer, to=end - 1, first=end - 1), []),
    ):
        async with liar.court.work.writing() as w:
            written = log.EntryContent(said, beside=("row",), rows=told)
            last = await log.append(liar.court, w, "2021-03", written, prev=last)
        liar.told[last] = code


GREEN = "0 break a rule, 0 were late"


@pytest.fixture
async def played(village: Village, monkeypatch: pytest.MonkeyPatch) -> Played:
    """A day's sitting after another, all of it on one log."""
    monkeypatch.setattr(tallying, "ROWS", MANY)
    p = Played(village, await hire(village, "tara", Role.MODERATOR), await hire(village, "nila", Role.REVIEWER))
    p.hidden = await secret(p)
    for act in ACTS:
        await act(p)
    return p


async def test_an_auditors_server_is_green_and_red_for_each_lie(played: Played, auditor: Auditor):
    p, v = played, played.v
    # While something is secret: nothing to find fault with, and nothing of it in anything that the house tells.
    assert p.hidden is not None and await p.bound(p.hidden)
    done = await auditor.run(v)
    assert done.returncode == 0 and GREEN in done.stderr, done.stderr
    told = auditor.told()
    assert p.refs["bulk"] in told
    for word in (CANARY, p.refs["secret"], str(p.hidden.id)):
        assert word not in told
    # Once its gag is over, it is in the log like any other, and what was counted is what a stranger counts; so are decisions
    # by class of speaker, in as many entries as they need.
    await p.passes(18 * DAY)
    await snapshots.freeze(p.court, "2021-02")
    done = await auditor.run(v, "--format", "json", pages=False)
    assert done.returncode == 0 and GREEN in done.stderr, done.stderr
    assert "the published report is the same, cell by cell" in done.stderr
    assert done.stdout.strip().encode() == (auditor.folder / "api/v1/transparency/report.json").read_bytes()
    async with p.court.work.reading() as reading:
        opened_now = await docket.order(reading, p.refs["secret"])
    assert opened_now is not None and opened_now.ref in auditor.told()
    assert opened_now.ref in (await v.client.get(f"/orders/{opened_now.ref}")).text
    async with p.court.work.reading() as reading:
        tallies = [msgspec.json.decode(entry)["public"] for _, entry in await ledger.of_kind(reading, "tally")]
    assert [(one["part"], one["parts"]) for one in tallies] == [(1, 2), (2, 2)]
    if v.running.house.settings.database:
        return  # an audit reads the log alone: lies are the same from whichever database it was told
    # And then the log is lied in, through its own door and with its own key: each lie is named, and nothing else is.
    liar = Liar(p)
    await lies_of_measures(liar)
    await other_lies(liar)
    await lies_of_tallies(liar)
    done = await auditor.run(v, "--findings", "json", pages=False)
    assert done.returncode == 1
    found = [one for one in msgspec.json.decode(done.stdout, type=Verdict).findings if not one.late]
    assert {(one.index, one.code) for one in found} >= set(liar.told.items())
    assert {one.index for one in found} == set(liar.told), [one for one in found if one.index not in liar.told]
    assert len(set(liar.told.values())) >= 25
