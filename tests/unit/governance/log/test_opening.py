"""What the log only committed to is opened field by field, checked with nothing but a hash, or destroyed for good."""

import asyncio
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Any

import msgspec
import pytest
import rfc8785
import sqlalchemy

from chaupal.governance.appeals import appeals
from chaupal.governance.appeals.appeals import Decision
from chaupal.governance.cases import decisions
from chaupal.governance.log import log, opening, reconcile
from chaupal.governance.orders import authorities, publishing
from chaupal.governance.orders.authorities import AuthorityForm
from chaupal.kernel.clock import DAY
from chaupal.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from chaupal.policy.viewer import Role
from chaupal.store.court import case_events, docket, ledger, rulings
from chaupal.store.identity import moving
from chaupal.store.machine.dialect import statement
from chaupal.store.machine.work import Writing
from chaupal.store.machine.work_postgres import PostgresWriting
from chaupal_audit import tlog
from chaupal_audit.log import entries
from chaupal_audit.log.openings import check_openings
from court import REASON as WHY, WITHHOLD, Bench, in_words, order_of, staff
from waiting import PATIENCE

REGISTER = ("authorities", "authority_changes")
REASON = "The court ended the secrecy of this order today."


async def secret_order(bench: Bench) -> int:
    said = log.EntryContent(entries.Order(law="69A", bases=("public_order",)), {"officer": "A. Sharma"})
    async with bench.court.work.writing() as w:
        return await log.append(bench.court, w, "IN-2021-0042", said, regime="IN-69A@1", matter=order_of(secrecy="gag"))


async def said(bench: Bench, kind: str, step: str = "") -> int:
    """The index of the newest entry of a kind, and step."""
    async with bench.court.work.reading() as reading:
        found: list[Any] = [tlog.read_entry(body) for body in await ledger.entries(reading, 0, 10_000)]
    return max(n for n, e in enumerate(found) if e["t"] == kind and e["public"].get("step", "") in ("", step))


async def entry(bench: Bench, index: int) -> dict[str, object]:
    return json.loads(await log.entry(bench.court, index))


async def test_every_entry_is_spelt_the_short_way(bench: Bench, monkeypatch: pytest.MonkeyPatch):
    """One tuple in it was enough for the RFC's own way, which takes many times as long: almost every entry held one."""
    long_way, spelt = list[object](), rfc8785.dumps
    monkeypatch.setattr(rfc8785, "dumps", lambda said: (long_way.append(said), spelt(said))[1])
    await secret_order(bench)
    await bench.withhold(await bench.order())
    await bench.street.settle()
    assert not long_way


async def test_an_opened_field_is_checked_by_hashing_alone(bench: Bench):
    """RFC 9901: the digest of a disclosure's own letters stands among the digests of the entry."""
    index = await secret_order(bench)
    opened = await opening.open_(bench.court, bench.dev, index, ["act", "public"], REASON)
    published = await entry(bench, opened)
    assert (published["t"], published["prev"]) == ("open", index)
    committed = (await entry(bench, index))["_sd"]
    found = {}
    for text in published["public"]["disclosures"]:
        digest = urlsafe_b64encode(sha256(text.encode("ascii")).digest()).decode().rstrip("=")
        assert digest in committed
        salt, name, value = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        assert len(urlsafe_b64decode(salt + "==")) == 16
        found[name] = value
    assert found["act"] == {
        "t": "order",
        "ref": "IN-2021-0042",
        "at": "2021-02-10T15:00Z",
        "regime": "IN-69A@1",
        "prev": None,
        "size": 2,
    }
    assert (found["public"]["law"], found["public"]["bases"]) == ("69A", ["public_order"])
    assert "Sharma" not in json.dumps(published) and "69A" not in in_words([await entry(bench, index)])
    assert REASON not in json.dumps(published), "why it was opened is free text"
    known = await opening.sealed(bench.court, bench.dev, index)
    assert {name for name, at in known.items() if at is not None} == {"act", "public"}


async def test_what_is_erased_opens_nothing_and_its_digest_stays(bench: Bench):
    index = await secret_order(bench)
    before = await log.entry(bench.court, index)
    erased = await opening.erase(bench.court, bench.dev, index, ["officer"], REASON)
    assert (await entry(bench, erased))["public"]["erased"] == 1
    assert await log.entry(bench.court, index) == before
    with pytest.raises(NotFound):
        await opening.open_(bench.court, bench.dev, index, ["officer"], REASON)
    assert set(await opening.sealed(bench.court, bench.dev, index)) == {"act", "public", "sd"}


async def test_erasing_a_reason_erases_it_wherever_it_stands_and_leaves_a_provable_log(bench: Bench):
    """The measure repeats the proposal's commitment, and pages show the row: both go, whichever entry is named."""
    ref = await bench.order()
    await bench.withhold(ref)
    await log.checkpoint(bench.court)
    proposal, measure = await said(bench, "decision", "proposed"), await said(bench, "measure")
    assert WHY in str([tlog.read_disclosure(text) for text in (await log.openings(bench.court, 0))[str(measure)]])
    before = [await log.entry(bench.court, index) for index in (proposal, measure)]
    with pytest.raises(NotAllowed, match="a hand in this"):
        await opening.erase(bench.court, bench.dev, proposal, ["reason"], REASON)  # who approved it
    await opening.erase(bench.court, bench.owner, proposal, ["reason"], REASON)
    assert [await log.entry(bench.court, index) for index in (proposal, measure)] == before
    assert await log.recount(bench.court) == measure + 2
    assert WHY not in str([tlog.read_disclosure(text) for text in (await log.openings(bench.court, 0))[str(measure)]])
    async with bench.court.work.reading() as reading:
        order = await docket.order(reading, ref)
        target = await docket.target(reading, order.id if order else 0, 1)
        events = (await case_events.events_of(reading, [target.id if target else 0])).popitem()[1]
        rows = (await rulings.by_targets(reading, [target.id if target else 0])).popitem()[1]
    assert [event.body.reason for event in events] == [""] * len(events)
    assert [row.reason for row in rows] == [""]


async def test_who_signed_what_repeats_the_words_or_decided_what_is_appealed_erases_nothing_of_it(bench: Bench):
    form = AuthorityForm(contact="registry@meity.gov.in")
    agreed = (await bench.changes(bench.ministry.id, form)).log_index
    proposed = log.head_of(await log.entry(bench.court, agreed)).prev or 0
    for index in (agreed, proposed):
        with pytest.raises(NotAllowed, match="a hand in this"):
            await opening.erase(bench.court, bench.dev, index, ["contact"], REASON)
    await bench.withhold(await bench.order())
    async with bench.court.work.reading() as reading:
        (measure,) = await rulings.of_owner(reading, bench.meera)
    filed = await appeals.file(bench.court, staff(bench.meera, Role.MEMBER), measure.id, "It was a poem.")
    await appeals.decide(bench.court, bench.owner, filed.id, Decision(outcome="upheld", reason=WHY))
    decided = await said(bench, "appeal", "decided")
    new = await bench.hire("new", Role.APPROVER)  # another account of theirs is no other person
    async with bench.court.work.writing() as w:
        await moving.begin(w, bench.court.make_id(), bench.dev.me, new.me)
    for hand in (bench.dev, bench.owner, new):
        with pytest.raises(NotAllowed, match="a hand in this"):
            await opening.erase(bench.court, hand, decided, ["reason"], REASON)
    await opening.erase(bench.court, await bench.hire("usha", Role.APPROVER), decided, ["reason"], REASON)


async def test_an_erased_address_of_an_authority_is_gone_from_its_row_and_from_what_was_proposed(bench: Bench):
    def form(contact: str) -> AuthorityForm:
        return AuthorityForm(contact=contact, office="Registry")

    agreed = await bench.changes(bench.ministry.id, form("a.sharma@meity.gov.in"))
    await authorities.change(bench.court, bench.clerk, agreed.id, form("b.rao@meity.gov.in"))
    dropped = await said(bench, "authority", "proposed")
    await authorities.drop(bench.court, bench.dev, agreed.id)
    usha = await bench.hire("usha", Role.APPROVER)
    for index in (agreed.log_index, dropped):
        await opening.erase(bench.court, usha, index, ["contact"], REASON)
    async with bench.court.work.reading() as reading:
        rows = [await reading.fetch(statement(sqlalchemy.text(f"SELECT * FROM {table}"))) for table in REGISTER]
    assert "Registry" in str(rows) and "sharma" not in str(rows) and "rao" not in str(rows)
    assert (await reconcile.reconcile(bench.court)).faults == ()
    for other in (
        "authorities SET contact = '', office = '', log_index = 1",
        "authority_changes SET body = '{}'",
        """authority_changes SET body = replace(body, 'Registry', '')""",
    ):
        with pytest.raises(Exception, match=r"authorities_changed_by_two|authority_changes_stay_as_they_were_proposed"):
            async with bench.court.work.writing() as w:
                await w.run(statement(sqlalchemy.text(f"UPDATE {other}")))
    async with bench.court.work.writing() as w:
        await w.run(statement(sqlalchemy.text("UPDATE authorities SET contact = 'mine@else.example'")))
    (told,) = (await reconcile.reconcile(bench.court)).faults
    assert "differ in contact" in told


async def test_what_is_read_beside_the_log_is_held_against_its_entries(bench: Bench):
    ref = await bench.order()
    await bench.withhold(ref)
    await log.checkpoint(bench.court)
    beside = await log.openings(bench.court, 0)
    logged = [await log.entry(bench.court, index) for index in range(await said(bench, "measure") + 1)]
    assert check_openings(msgspec.json.encode(beside), logged, 0, "openings/0") == 2
    with pytest.raises(Exception, match="entry 2"):
        check_openings(msgspec.json.encode({"2": [tlog.disclose("reason", "another")]}), logged, 0, "openings/0")
    with pytest.raises(NotFound):
        await log.openings(bench.court, 1)


async def test_a_proposal_is_opened_as_its_disclosures_say(bench: Bench):
    """What was only proposed is a commitment, too, and is kept in the same unit as its entry."""
    ref = await bench.order()
    await decisions.propose(bench.court, bench.asha, ref, 1, **WITHHOLD)
    proposal = await said(bench, "decision", "proposed")
    opened = await opening.open_(bench.court, bench.dev, proposal, ["outcome"], REASON, ref=ref)
    disclosed = (await entry(bench, opened))["public"]["disclosures"]
    assert [tlog.open_disclosure(text, await log.entry(bench.court, proposal)) for text in disclosed] == [
        ("outcome", "withhold_post")
    ]


async def test_what_was_erased_of_a_proposal_is_signed_by_nobody(bench: Bench):
    """Somebody erased why, approved it then, and nobody was told a reason."""
    ref = await bench.order()
    await decisions.propose(bench.court, bench.asha, ref, 1, **WITHHOLD)
    await opening.erase(bench.court, bench.dev, await said(bench, "decision", "proposed"), ["reason"], REASON)
    with pytest.raises(Conflict, match="were erased"):
        await decisions.approve(bench.court, bench.dev, ref, 1)
    await decisions.return_(bench.court, bench.dev, ref, 1, "Nobody can read why this is proposed.")
    await bench.withhold(ref)


@pytest.mark.parametrize("name", tlog.SEALED)
async def test_that_there_was_a_secret_act_is_not_erased(bench: Bench, name: str):
    """One approver did, and the server did not start again, nor was the order told of on its day."""
    ref = await bench.order(gag_until="2021-02-20T12:00")
    await bench.withhold(ref)
    async with bench.court.work.reading() as reading:
        order = await docket.order(reading, ref)
    assert order is not None
    with pytest.raises(Conflict, match="of the act itself"):
        await opening.erase(bench.court, bench.dev, order.log_index, ["officer", name], REASON)
    await opening.erase(bench.court, bench.dev, order.log_index, ["officer"], REASON)
    await reconcile.check_in_force(bench.court)
    bench.street.clock.move(10 * DAY)
    assert await publishing.publish(bench.court, ref)
    with pytest.raises(Conflict):
        await opening.erase(bench.court, bench.dev, order.log_index, [name], REASON)
    await reconcile.check_in_force(bench.court)


IN_LINE = statement(
    sqlalchemy.text("SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
)


async def somebody_stands_in_line(w: Writing) -> None:
    """Until another waits for what this unit holds; on SQLite nobody has so much as begun."""
    async with asyncio.timeout(PATIENCE):
        come = not isinstance(w, PostgresWriting)
        while not come:
            await asyncio.sleep(0.01)
            come = bool(await w.value(IN_LINE))


async def test_what_is_erased_while_another_is_about_to_open_it_is_not_published(bench: Bench):
    index = await secret_order(bench)
    async with bench.court.work.writing() as w:
        await ledger.hold(w)
        at_once = asyncio.create_task(opening.open_(bench.court, bench.dev, index, ["officer"], REASON))
        await somebody_stands_in_line(w)
        await ledger.destroy_disclosures(w, [(await ledger.disclosures_of(w, index))["officer"][0]])
    with pytest.raises(NotFound):
        await at_once


async def test_only_those_who_may_open(bench: Bench):
    index = await secret_order(bench)
    for ask in (
        opening.open_(bench.court, bench.clerk, index, ["officer"], REASON),
        opening.erase(bench.court, bench.clerk, index, ["officer"], REASON),
        opening.sealed(bench.court, bench.asha, index),
        opening.open_(bench.court, msgspec.structs.replace(bench.dev, account=None), index, ["officer"], REASON),
    ):
        with pytest.raises(NotAllowed):
            await ask
    with pytest.raises(Invalid):
        await opening.open_(bench.court, bench.dev, index, [], REASON)
    with pytest.raises(Invalid):
        await opening.open_(bench.court, bench.dev, index, ["officer"], "no")
    with pytest.raises(NotFound):
        await opening.open_(bench.court, bench.dev, 0, ["officer"], REASON)
