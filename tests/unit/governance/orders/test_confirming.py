"""An order can say which emergency order it confirms: one of its own authority, by every way in, and the log says so."""

import sqlite3
from typing import Any

import asyncpg
import msgspec
import pytest
from sqlalchemy import text

from chaupal.governance.appeals import appeals
from chaupal.governance.cases import decisions, desk
from chaupal.governance.context import pseudonym
from chaupal.governance.orders import filing, orders, portal
from chaupal.governance.orders.authorities import AuthorityForm
from chaupal.governance.orders.portal import InviteForm
from chaupal.governance.people import role_grants
from chaupal.kernel.clock import HOUR
from chaupal.kernel.errors import Conflict, Invalid, NotAllowed
from chaupal.policy.viewer import Role, Viewer
from chaupal.reads.court import record
from chaupal.store.court import docket, ledger, rulings
from chaupal.store.court.rulings import RulingRow
from chaupal.store.identity import moving
from chaupal.store.machine.dialect import statement
from court import REASON, Bench, staff
from neighbours import by

REFUSED = (sqlite3.IntegrityError, asyncpg.IntegrityConstraintViolationError, asyncpg.RaiseError)
EMERGENCY: dict[str, Any] = {"regime": "IN-69A-EMERG", "role": "secretary", "officer_rank": "Secretary"}
WORDS: dict[str, Any] = {"body": "secretary", "reason": "Confirmed by the Secretary under rule 9."}
TAKEN_OVER = (
    "INSERT INTO case_events (id, target_id, number, state, \"by\", at, body) SELECT 1, t.id, 2, 'in_force', {asha}, 1, '{{}}' "
    "FROM targets t JOIN orders o ON o.id = t.order_id WHERE o.ref = '{ref}'"
)
NONE_OF_THEIRS = "is no emergency order of this authority that this one could confirm"


async def logged(bench: Bench, ref: str) -> dict[str, Any]:
    async with bench.court.work.reading() as reading:
        found = [msgspec.json.decode(raw) for raw in await ledger.entries(reading, 0, await ledger.size(reading))]
    return next(entry["public"] for entry in found if entry["t"] == "order" and entry["ref"] == ref)


async def test_the_log_and_the_register_say_which_emergency_an_order_confirms(bench: Bench):
    emergency = await bench.order(**EMERGENCY)
    await bench.withhold(emergency)
    ref, plain = await bench.order(confirms=emergency), await bench.order(targets="@dev")
    assert [(await logged(bench, one)).get("confirms") for one in (ref, plain)] == [emergency, None]
    told = [await record.story(bench.street.reads, by(None, "DE"), one) for one in (ref, plain)]
    assert [one.confirms for one in told] == [emergency, ""]
    await bench.step(emergency, "confirm", confirms=ref, **WORDS)


async def test_an_order_confirms_no_ordinary_order_no_strangers_and_no_secret_one(bench: Bench):
    ordinary, emergency = await bench.order(), await bench.order(**EMERGENCY, targets="@dev")
    secret = await bench.order(**EMERGENCY, targets="@meera", gag_until="2031-01-01T00:00")
    police = await bench.registers(AuthorityForm(name="Delhi Police", jurisdiction="IN"))
    for confirms, more in (
        (ordinary, {}),
        ("IN-1999-0001", {}),
        (secret, {}),
        (emergency, {"authority": police.id}),
        (emergency, EMERGENCY),
    ):
        with pytest.raises(Invalid) as refused:
            await orders.receive(bench.court, bench.clerk, bench.form(confirms=confirms, **more))
        assert refused.value.details["confirms"] == NONE_OF_THEIRS, (
            "of none that could be nothing more is told than of none"
        )


async def test_the_database_takes_no_confirmation_of_what_is_no_emergency(bench: Bench):
    ordinary = await bench.order()
    async with bench.court.work.reading() as reading:
        order = await docket.order(reading, ordinary)
    assert order is not None
    lying = msgspec.structs.replace(order, id=bench.court.make_id(), ref="IN-2021-0099", confirms=order.id)
    with pytest.raises(REFUSED):
        async with bench.court.work.writing() as w:
            await docket.add_order(w, lying, [])


async def test_an_order_that_says_that_it_confirms_another_confirms_no_third(bench: Bench):
    first, second = await bench.order(**EMERGENCY), await bench.order(**EMERGENCY)
    await bench.withhold(first)
    bench.street.clock.move(HOUR)
    ref = await bench.order(confirms=second)
    with pytest.raises(Conflict):
        await bench.step(first, "confirm", confirms=ref, **WORDS)
    ref = await orders.receive(bench.court, bench.asha, bench.form(confirms=first))
    await bench.step(ref, "check")
    assert [await may_confirm(bench, who, first) for who in (bench.asha, bench.dev)] == [False, True]
    with pytest.raises(NotAllowed, match="You took in the order"):
        await bench.step(first, "confirm", confirms=ref, **WORDS)
    with pytest.raises(Exception, match="cases_taken_over_by_another_person"):
        async with bench.court.work.writing() as w:
            await w.run(statement(text(TAKEN_OVER.format(ref=ref, asha=bench.asha.me))))
    new = await bench.hire("new", Role.APPROVER)  # another account of theirs is no other person
    async with bench.court.work.writing() as w:
        await moving.begin(w, bench.court.make_id(), bench.asha.me, new.me)
    with pytest.raises(NotAllowed, match="You took in the order"):
        await bench.step(first, "confirm", by=new, confirms=ref, **WORDS)
    with pytest.raises(Exception, match="cases_taken_over_by_another_person"):
        async with bench.court.work.writing() as w:
            await w.run(statement(text(TAKEN_OVER.format(ref=ref, asha=new.me))))
    await bench.step(first, "confirm", by=bench.dev, confirms=ref, **WORDS)


async def test_whoever_lets_somebody_in_who_files_the_order_that_confirms_does_not_take_that_step(bench: Bench):
    """An owner invited themselves to the portal as an authority, and could do alone what takes two."""
    first = await bench.order(**EMERGENCY)
    await bench.withhold(first)
    form = InviteForm(name="A", rank="Secretary", email="owner@elsewhere.example")
    user = await portal.invite(bench.court, bench.owner, bench.ministry.id, form)
    ref = await filing.file(bench.court, portal.Filing(user, bench.ministry), bench.form(confirms=first), (), "portal")
    said = await logged(bench, ref)
    assert (said["by"], said["let_in_by"]) == ("authority", pseudonym(bench.court, bench.owner.me))
    await bench.step(ref, "verify_origin", by=bench.owner, reason="The desk officer was called back and said so.")
    await bench.step(ref, "check", by=bench.owner)
    assert [await may_confirm(bench, who, first) for who in (bench.owner, bench.dev)] == [False, True]
    with pytest.raises(NotAllowed, match="You took in the order"):
        await bench.step(first, "confirm", by=bench.owner, confirms=ref, **WORDS)
    with pytest.raises(Exception, match="cases_taken_over_by_another_person"):
        async with bench.court.work.writing() as w:
            await w.run(statement(text(TAKEN_OVER.format(ref=ref, asha=bench.owner.me))))
    # Nor does who sent them another link, which they could have opened themselves: the order says who did last.
    await bench.hire("approver", Role.APPROVER)
    await role_grants.grant(bench.court, bench.owner, bench.dev.me, Role.OWNER)
    await portal.invite_again(bench.court, staff(bench.dev.me, Role.OWNER), user.id)
    assert [await may_confirm(bench, who, first) for who in (bench.owner, bench.dev, bench.asha)] == [
        False,
        False,
        True,
    ]
    with pytest.raises(Exception, match="cases_taken_over_by_another_person"):
        async with bench.court.work.writing() as w:
            await w.run(statement(text(TAKEN_OVER.format(ref=ref, asha=bench.dev.me))))
    new = await bench.hire("new", Role.APPROVER)
    async with bench.court.work.writing() as w:
        await moving.begin(w, bench.court.make_id(), new.me, bench.dev.me)
    with pytest.raises(Exception, match="cases_taken_over_by_another_person"):
        async with bench.court.work.writing() as w:
            await w.run(statement(text(TAKEN_OVER.format(ref=ref, asha=new.me))))
    with pytest.raises(Exception, match="authority_users_keep_who_let_them_in"):
        async with bench.court.work.writing() as w:
            await w.run(statement(text("UPDATE authority_users SET invited_again_by = ''")))
    again = await filing.file(bench.court, portal.Filing(user, bench.ministry), bench.form(), (), "portal")
    said = await logged(bench, again)
    first_and_last = [pseudonym(bench.court, who.me) for who in (bench.owner, bench.dev)]
    assert [*said["let_in_before"], said["let_in_by"]] == first_and_last
    await bench.step(first, "confirm", confirms=ref, **WORDS)


async def may_confirm(bench: Bench, who: Viewer, ref: str) -> bool:
    """Whether the desk offers it, or tells them what keeps them from it."""
    (step,) = [one for one in (await desk.matter(bench.court, who, ref)).steps if one.verb == "confirm"]
    assert step.allowed or (step.why_not and step.why_not.code == "confirms_own_intake")
    async with bench.court.work.reading() as reading:
        order = await docket.order(reading, ref)
    assert order is not None
    assert step.allowed == ("confirm" in await desk.steps_open(bench.court, who, order, "in_review"))
    return step.allowed


async def test_what_was_to_end_before_its_emergency_order_does_so_when_that_is_confirmed(bench: Bench):
    """An appeal had given it a nearer end, and the confirmation took that away. An end that was proposed and sent back is none."""
    posts = bench.post, await bench.street.say(bench.meera, "दूसरा गेट भी बंद है")
    both = "\n".join(f"http://localhost:8000/@meera/{post}" for post in posts)
    emergency = await bench.order(**EMERGENCY, targets=both)
    for number in (1, 2):
        await bench.withhold(emergency, number)
    first, _ = await in_force(bench)
    meera = staff(bench.meera, Role.MEMBER)
    appeal = await appeals.file(bench.court, meera, first.id, "It was a poem, and everybody knows it.")
    soon = appeals.Decision(outcome="modified", reason=REASON, ends_at="2021-02-11T10:00")
    await appeals.decide(bench.court, bench.owner, appeal.id, soon)
    change = decisions.ChangeForm(kind="amend", reason=REASON, until="2021-02-11T09:00")
    await decisions.propose_change(bench.court, bench.asha, emergency, 2, change)
    await decisions.return_(bench.court, bench.dev, emergency, 2, REASON)
    bench.street.clock.move(HOUR)
    await bench.step(emergency, "confirm", confirms=await bench.order(confirms=emergency, targets=both), **WORDS)
    assert [row.ends_at for row in await in_force(bench)] == [1_613_017_800_000, None]


async def in_force(bench: Bench) -> list[RulingRow]:
    async with bench.court.work.reading() as reading:
        found = await rulings.of_owner(reading, bench.meera)
    return sorted((row for row in found if row.lifted_at is None), key=lambda row: row.subject_id)


async def test_of_a_secret_confirmation_no_entry_says_what_it_confirms(bench: Bench):
    """Its number is given when it is told of, and an entry that opens early would tell of the other."""
    secret: dict[str, Any] = {"gag_until": "2031-01-01T00:00"}
    emergency = await bench.order(**EMERGENCY, **secret)
    ref = await bench.order(confirms=emergency, **secret)
    async with bench.court.work.reading() as reading:
        order, of = await docket.order(reading, ref), await docket.order(reading, emergency)
        text = str(await ledger.entries(reading, 0, await ledger.size(reading)))
    assert order is not None and of is not None and order.confirms == of.id
    assert emergency not in text
