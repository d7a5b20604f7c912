"""Leaving: after days of grace nothing of a person is left, and what was decided about them stays."""

import itertools
from typing import Any

import pytest
from sqlalchemy import BigInteger, Table, func, insert, select

from chaupal.kernel.clock import DAY
from chaupal.kernel.errors import Conflict, Invalid, NotFound
from chaupal.kernel.secrets import digest
from chaupal.policy.measures import Measure
from chaupal.policy.sentences.placeholders import moment
from chaupal.policy.viewer import Caller, Role, Viewer
from chaupal.reads.people import people
from chaupal.reads.timelines import thread
from chaupal.social.people import accounts, graph, leaving
from chaupal.social.posts import posts, reactions
from chaupal.social.signin import logins, password_and_email, sessions
from chaupal.store.federation import people as others, uris
from chaupal.store.identity import leaving as store
from chaupal.store.identity.facts_cache import rulings_in_force
from chaupal.store.identity.logins import is_password
from chaupal.store.machine.dialect import statement
from chaupal.store.tables.columns import meta
from chaupal.store.tables.square import kept_media
from mails import letters
from neighbours import Street, by
from others import met

PASSWORD = "chaupal-gaanv"


async def join(street: Street, handle: str, role: Role = Role.MEMBER) -> tuple[Viewer, Caller]:
    id_ = await accounts.create(
        street.square, handle=handle, email=f"{handle}@gaanv.example", password=PASSWORD, role=role
    )
    session = await sessions.begin_session(street.square, id_)
    caller = await sessions.caller_by_cookie(street.square, digest(session.secret))
    assert caller is not None
    return Viewer(account=id_, country="IN", role=role), caller


async def known(street: Street, caller: Caller) -> Caller:
    """As whom their browser comes now."""
    found = await sessions.caller_by_cookie(street.square, caller.key)
    assert found is not None
    return found


async def test_the_password_and_ones_name_are_typed_and_staff_hand_in_their_role_first(street: Street):
    asha, caller = await join(street, "asha")
    for password, word in (("wrong password", "asha"), (PASSWORD, "ravi"), (PASSWORD, "")):
        with pytest.raises(Invalid):
            await leaving.ask(street.square, asha, caller, password, word)
    chitra, hers = await join(street, "chitra", Role.REVIEWER)
    before = Viewer(account=chitra.me, country="IN")  # whose request began before the role was given
    for viewer in (chitra, before):
        with pytest.raises(Conflict):
            await leaving.ask(street.square, viewer, hers, PASSWORD, "chitra")
    assert await leaving.leaves_at(street.square, asha) is None


async def test_no_account_is_deleted_by_a_password_that_was_changed_meanwhile(
    street: Street, monkeypatch: pytest.MonkeyPatch
):
    asha, caller = await join(street, "asha")

    async def meanwhile(kept: str | None, password: str) -> bool:
        monkeypatch.undo()
        await password_and_email.change_password(street.square, asha, PASSWORD, "another-gaanv")
        return await is_password(kept, password)

    monkeypatch.setattr(sessions, "is_password", meanwhile)
    with pytest.raises(Invalid):
        await leaving.ask(street.square, asha, caller, PASSWORD, "asha")
    assert await leaving.leaves_at(street.square, asha) is None


async def test_whoever_thinks_again_stays(street: Street):
    asha, caller = await join(street, "asha")
    token = await sessions.issue_token(street.square, asha.me, "read")
    at = await leaving.ask(street.square, asha, caller, PASSWORD, "@Asha")
    assert at == street.clock() + 14 * DAY == await leaving.leaves_at(street.square, asha)
    assert await sessions.caller_by_token(street.square, digest(token)) is None
    assert (await known(street, caller)).leaves_at == at
    await street.runner.settle()
    (told,) = letters(street.square.settings, to="asha@gaanv.example")
    assert moment(at, "hi") in told and "/settings/deletion" in told
    street.clock.move(13 * DAY)
    assert not await leaving.carry_out(street.square)
    await leaving.stay(street.square, asha)
    assert (await known(street, caller)).leaves_at is None
    street.clock.move(13 * DAY)
    assert not await leaving.carry_out(street.square)
    assert (await people.person(street.reads, by(None), asha.me)).item.handle == "asha"


PERSON = {
    "account_id",
    "by",
    "to",
    "from_id",
    "owner_id",
    "author",
    "reporter_id",
}  # columns that name somebody with an account


NUMBERS = itertools.count(7_000)


def test_each_table_that_names_a_person_has_its_place_in_leaving():
    named = {table.name for table in meta.tables.values() if PERSON & set(table.c.keys())}
    gone = {table.name for table in (*store.MINE, *store.BETWEEN, *(under for under, *_ in store.UNDER))}
    of_offices = {"replies"}  # written by people of authorities, who have no accounts
    assert named - gone - set(store.KEPT) == of_offices
    assert not gone & set(store.KEPT)
    assert set(store.KEPT) <= named


def row_of(table: Table, account: int) -> dict[str, Any]:
    """A row that belongs to the account; every column that must be filled holds something."""
    free = (c for c in table.c if not c.nullable and c.default is None and c.name not in ("account_id", "by"))
    filled = {c.name: next(NUMBERS) if isinstance(c.type, BigInteger) else "x" for c in free}
    return filled | {name: account for name in ("account_id", "by") if name in table.c}


async def test_what_one_arranged_for_oneself_goes_too(street: Street):
    asha, caller = await join(street, "asha")
    theirs = [table for table in (*store.MINE, *store.BETWEEN) if table.name not in ("logins", "challenges")]
    async with street.square.work.writing() as w:
        for table in theirs:
            await w.run(statement(insert(table).values(**row_of(table, asha.me))))
        for under, column, above in store.UNDER:
            (id_,) = (await w.fetch(statement(select(above.c.id).where(above.c.account_id == asha.me))))[0]
            more = {"media_id": id_} if under is kept_media else {}
            await w.run(statement(insert(under).values(**row_of(under, 8_000) | {column: id_} | more)))
    await leaving.ask(street.square, asha, caller, PASSWORD, "asha")
    street.clock.move(15 * DAY)
    assert await leaving.carry_out(street.square)
    async with street.square.work.reading() as reading:
        for table in theirs:
            own = table.c.account_id if "account_id" in table.c else table.c.by
            assert await reading.value(statement(select(func.count()).where(own == asha.me))) == 0, table.name
        for under, *_ in store.UNDER:
            assert await reading.value(statement(select(func.count()).select_from(under))) == 0, under.name


async def test_after_the_days_of_grace_nothing_of_them_is_left_and_counts_are_right(street: Street):
    asha, caller = await join(street, "asha")
    ravi, _ = await join(street, "ravi")
    said = await posts.publish(street.square, asha, posts.Draft(text="मेरी बात #किसान"))
    theirs = await posts.publish(street.square, ravi, posts.Draft(text="रवि की बात"))
    await posts.repost(street.square, ravi, said)
    await reactions.like(street.square, asha, theirs)
    await graph.follow(street.square, asha, ravi.me)
    await graph.follow(street.square, ravi, asha.me)
    await leaving.ask(street.square, asha, caller, PASSWORD, "asha")
    street.clock.move(15 * DAY)
    assert await leaving.carry_out(street.square)
    await street.settle()
    with pytest.raises(NotFound):
        await thread.post(street.reads, ravi, said)
    with pytest.raises(NotFound):
        await people.person(street.reads, ravi, asha.me)
    seen = (await people.person(street.reads, ravi, ravi.me)).item
    assert (seen.followers_count, seen.following_count) == (0, 0)
    assert (await thread.post(street.reads, ravi, theirs)).item.likes_count == 0
    assert await sessions.caller_by_cookie(street.square, caller.key) is None
    with pytest.raises(Invalid):
        await logins.sign_in(street.square, "asha@gaanv.example", PASSWORD)
    with pytest.raises(Invalid):  # the name is given to nobody else
        await accounts.create(street.square, handle="asha", email="other@gaanv.example", password=PASSWORD)
    assert not await leaving.carry_out(street.square)


async def test_what_was_decided_about_them_stays(street: Street):
    asha, caller = await join(street, "asha")
    said = await posts.publish(street.square, asha, posts.Draft(text="रोकी गई बात"))
    await street.rule(said, Measure.WITHHOLD_POST)
    await street.rule(asha.me, Measure.WITHHOLD_ACCOUNT)
    await leaving.ask(street.square, asha, caller, PASSWORD, "asha")
    street.clock.move(15 * DAY)
    await leaving.carry_out(street.square)
    async with street.work.reading() as reading:
        index = await rulings_in_force(reading)
    assert [r.measure for r in index.on(said)] == [Measure.WITHHOLD_POST]
    assert [r.measure for r in index.on(asha.me)] == [Measure.WITHHOLD_ACCOUNT]


async def test_somebody_of_another_server_who_is_gone_leaves_nothing_but_their_id(street: Street):
    asha = await street.person("asha")
    post = await street.say(asha, "नमस्ते")
    bob = await met(street, "bob@far.example")
    await graph.follow(street.square, by(bob), asha)
    await reactions.like(street.square, by(bob), post)
    repost = await posts.repost(street.square, by(bob), post)
    assert not await leaving.carry_out(street.square), "nobody is gone yet"
    async with street.work.writing() as w:
        assert await others.go(w, bob) and not await others.go(w, bob)
    assert await leaving.carry_out(street.square)
    assert not await leaving.carry_out(street.square), "they are gone once"
    await street.settle()
    left = await thread.post(street.reads, by(asha), post)
    assert (left.item.likes_count, left.item.boosts_count) == (0, 0)
    with pytest.raises(NotFound):
        await thread.post(street.reads, by(asha), repost)
    with pytest.raises(NotFound):
        await people.person(street.reads, by(asha), bob)
    assert (await people.person(street.reads, by(asha), asha)).item.followers_count == 0
    async with street.work.reading() as reading:
        known = await others.remote_of(reading, bob)
        assert known is not None and known.inbox == ""
        assert await uris.find(reading, "https://far.example/users/bob") is not None
