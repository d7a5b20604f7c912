"""Accounts: who may be made, what waits for what, and what a profile takes."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from chaupal.app.wiring import RunningHouse
from chaupal.kernel.clock import MINUTE, StillClock
from chaupal.kernel.errors import Invalid, NotAllowed, NotFound
from chaupal.policy.things import Field
from chaupal.policy.viewer import Role, Viewer
from chaupal.reads.explore import search
from chaupal.reads.people import people
from chaupal.social.context import Square
from chaupal.social.people import accounts, profiles
from chaupal.social.people.accounts import NewAccount
from chaupal.social.people.profiles import Defaults, Face
from chaupal.social.signin import logins, password_and_email, sessions
from chaupal.store.machine import outbox
from mails import mails_of, secret_in

ANYONE = Viewer(country="IN")
GOOD = NewAccount(handle="asha", email="asha@example.org", password="एक लंबा पासवर्ड", language="hi")


def open_to(house: RunningHouse, registrations: str) -> Square:
    square = house.house.square
    return replace(square, settings=replace(square.settings, registrations=registrations))


def database_files(house: RunningHouse) -> list[Path]:
    return list(Path(house.house.settings.data).glob("chaupal.db*"))


async def found(house: RunningHouse, handle: str) -> bool:
    try:
        await people.named(house.house.reads, ANYONE, handle)
    except NotFound:
        return False
    return True


async def test_who_signs_up_is_nobody_until_the_address_is_confirmed(house: RunningHouse):
    square = house.house.square
    account = await accounts.sign_up(square, GOOD)
    assert not await found(house, "asha")
    await house.runner.settle()
    (letter,) = mails_of(house)
    secret = secret_in(letter, "confirm")
    assert await accounts.may_confirm(square, secret)
    assert await accounts.may_confirm(square, secret), "looking uses the link up"
    assert await accounts.confirm(square, secret)
    assert await found(house, "asha")
    with pytest.raises(NotFound):
        await accounts.confirm(square, secret)
    assert (await logins.sign_in(square, "asha", GOOD.password)).account == account


async def test_the_confirmation_is_in_the_language_of_who_signs_up(house: RunningHouse):
    await accounts.sign_up(house.house.square, GOOD)
    await accounts.sign_up(house.house.square, replace(GOOD, handle="karl", email="karl@example.org", language="en"))
    await house.runner.settle()
    hindi, english = mails_of(house)
    assert "नमस्ते @asha" in hindi
    assert "Hello @karl" in english


async def test_a_confirmation_link_dies_after_two_days_and_a_new_one_can_be_asked_for(house: RunningHouse, clock):
    square = house.house.square
    account = await accounts.sign_up(square, GOOD)
    await house.runner.settle()
    old = secret_in(mails_of(house)[0], "confirm")
    clock.move(accounts.CONFIRM_LASTS)
    assert not await accounts.may_confirm(square, old)
    await accounts.ask_confirmation(square, Viewer(account=account, country="IN"))
    await house.runner.settle()
    assert await accounts.confirm(square, secret_in(mails_of(house)[1], "confirm"))


async def test_no_secret_of_a_mail_stands_in_the_store(house: RunningHouse, database: str):
    await accounts.sign_up(house.house.square, GOOD)
    await password_and_email.ask_reset(house.house.square, GOOD.email)
    await house.runner.settle()
    secrets = [secret_in(mails_of(house)[0], "confirm"), secret_in(mails_of(house)[1], "reset")]
    if not database:
        stored = b"".join(file.read_bytes() for file in database_files(house))
        assert len(stored) > 10_000
        assert not any(secret.encode() in stored for secret in secrets)


async def test_where_staff_approve_both_are_needed_and_only_staff_can_approve(house: RunningHouse):
    square = open_to(house, "approval")
    with pytest.raises(Invalid) as blank:
        await accounts.sign_up(square, GOOD)
    assert "reason" in blank.value.details
    account = await accounts.sign_up(square, replace(GOOD, reason="मैं किसान हूँ"))
    moderator = Viewer(account=1, country="IN", role=Role.MODERATOR)
    await house.runner.settle()
    assert await accounts.waiting(square, moderator) == [], "not confirmed yet"
    assert not await accounts.confirm(square, secret_in(mails_of(house)[0], "confirm"))
    assert not await found(house, "asha")
    (asking,) = await accounts.waiting(square, moderator)
    assert (asking.handle, asking.reason) == ("asha", "मैं किसान हूँ")
    for role in (Role.MEMBER, Role.AUDITOR):
        with pytest.raises(NotFound):
            await accounts.approve(square, Viewer(account=2, country="IN", role=role), account)
    await accounts.approve(square, moderator, account)
    assert await found(house, "asha")
    with pytest.raises(NotFound):
        await accounts.approve(square, moderator, account)
    await house.runner.settle()
    (told,) = mails_of(house)[1:]
    assert "@asha" in told and "/login?next=/welcome" in told


async def test_who_is_turned_away_is_told_by_mail_and_nothing_of_them_stays(house: RunningHouse, clock: StillClock):
    square = open_to(house, "approval")
    await accounts.create(square, handle="head", email="head@example.org", password=GOOD.password, role=Role.OWNER)
    head = Viewer(account=1, country="IN", role=Role.OWNER)
    new = [
        replace(GOOD, handle=handle, email=f"{handle}@example.org", reason="क्योंकि", language=language)
        for handle, language in (("asha", "hi"), ("karl", "en"), ("zoya", "hi"))
    ]
    joining = [await accounts.sign_up(square, one) for one in new]
    await house.runner.settle()
    asked = mails_of(house)
    for mail in asked[1::-1]:  # who asked first confirms last
        assert not await accounts.confirm(square, secret_in(mail, "confirm"))
        await house.runner.settle()
        clock.move(MINUTE)
    (to_staff,) = mails_of(house)[len(asked) :]
    assert "@head" in to_staff and "/office/joining" in to_staff, "once, of the first alone"
    for account in joining:  # of the last nobody confirmed that the address is theirs
        await accounts.reject(square, head, account)
    await house.runner.settle()
    hindi, english = mails_of(house)[len(asked) + 1 :]
    assert "@asha" in hindi and "प्रवेश नहीं दिया" in hindi
    assert "@karl" in english and "did not let you in" in english
    async with square.work.writing() as w:
        assert await outbox.waiting(w, 10) == []
    assert await accounts.sign_up(square, new[0]) not in joining


async def test_where_registrations_are_closed_nobody_joins(house: RunningHouse):
    with pytest.raises(NotAllowed):
        await accounts.sign_up(open_to(house, "closed"), GOOD)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("handle", ""),
        ("handle", "a" * 31),
        ("handle", "आशा"),
        ("handle", "as ha"),
        ("handle", "аsha"),
        ("handle", "asha-"),
        ("handle", "Moderator"),
        ("email", "asha"),
        ("email", "asha@"),
        ("email", "a@b\nBcc: x@y.org"),
        ("email", "a@" + "b" * 260),
        ("email", "a@-b.org"),
        ("password", "seven77"),
        ("password", "x" * 257),
        ("password", "lone \ud800 surrogate"),
    ],
)
async def test_what_cannot_be_taken_is_named(house: RunningHouse, field: str, value: str):
    with pytest.raises(Invalid) as wrong:
        await accounts.sign_up(house.house.square, replace(GOOD, **{field: value}))
    assert list(wrong.value.details) == [field]


async def test_all_that_is_wrong_with_a_sign_up_is_named_at_once(house: RunningHouse):
    square = house.house.square
    with pytest.raises(Invalid) as wrong:
        await accounts.sign_up(open_to(house, "approval"), NewAccount(handle="as ha", email="asha@", password="short"))
    assert set(wrong.value.details) == {"handle", "email", "password", "reason"}
    assert wrong.value.message.count("Validation failed") == 1 and wrong.value.message.count(",") >= 3
    await accounts.sign_up(square, GOOD)
    with pytest.raises(Invalid) as had:
        await accounts.sign_up(square, replace(GOOD, password="short"))
    assert set(had.value.details) == {"handle", "email", "password"}
    assert had.value.details["handle"] == had.value.details["email"] == "has already been taken"
    with pytest.raises(Invalid) as reserved:
        await accounts.sign_up(square, replace(GOOD, handle="moderator", email="no"))
    assert set(reserved.value.details) == {"handle", "email"}


async def test_handles_and_addresses_are_had_once_in_any_case(house: RunningHouse):
    square = house.house.square
    await accounts.create(square, handle="Asha", email="Asha@Example.org", password=GOOD.password)
    assert await found(house, "ASHA")
    with pytest.raises(Invalid) as name:
        await accounts.sign_up(square, replace(GOOD, handle="aSHA", email="b@example.org"))
    assert "handle" in name.value.details
    with pytest.raises(Invalid) as address:
        await accounts.sign_up(square, replace(GOOD, handle="other", email="ASHA@example.ORG"))
    assert "email" in address.value.details
    assert not await found(house, "other"), "nothing half done"
    with pytest.raises(Invalid):
        await accounts.create(square, handle="chaupal", email="c@example.org", password=GOOD.password)


async def test_the_house_has_one_account_of_its_own_and_nobody_signs_in_as_it(house: RunningHouse):
    square = house.house.square
    first = await accounts.ensure_system_account(square)
    assert await accounts.ensure_system_account(square) == first
    assert await accounts.account_id(square, "chaupal") == first
    with pytest.raises(Invalid):
        await logins.sign_in(square, "chaupal", "")
    with pytest.raises(NotFound):
        await sessions.begin_session(square, first)


async def made(house: RunningHouse) -> Viewer:
    account = await accounts.create(house.house.square, handle="asha", email=GOOD.email, password=GOOD.password)
    return Viewer(account=account, country="IN")


async def test_a_profile_is_put_in_order_and_what_is_not_given_stays(house: RunningHouse):
    asha = await made(house)
    square, reads = house.house.square, house.house.reads
    ravi = await accounts.create(square, handle="ravi", email="r@example.org", password=GOOD.password)
    assert ravi
    face = Face(
        name="  आशा\u200b  किसान ",
        note="<b>खेती</b> #किसान_आंदोलन @ravi @nobody",
        locked=True,
        fields=(Field("घर", "https://example.org/<x>"), Field("", "")),
    )
    await profiles.change(square, asha, face)
    await profiles.change(square, asha, Face(bot=True), Defaults(visibility="private", language="hin"))
    seen, login, _ = await people.me(reads, asha)
    assert seen.item.name == "आशा किसान"
    assert "&lt;b&gt;" in seen.item.note_html
    assert "/tags/" in seen.item.note_html
    assert "/@ravi" in seen.item.note_html
    assert "/@nobody" not in seen.item.note_html
    assert seen.item.fields == (Field("घर", "https://example.org/<x>"),)
    assert (seen.item.locked, seen.item.bot) == (True, True)
    assert (login.default_visibility, login.default_language, login.default_sensitive) == ("private", "hi", 0)


@pytest.mark.parametrize(
    ("face", "defaults"),
    [
        (Face(note="क" * 501), None),
        (Face(note="nul \0"), None),
        (Face(fields=(Field("a", "b"),) * 5), None),
        (Face(fields=(Field("a", "b" * 256),)), None),
        (Face(name="x"), Defaults(visibility="direct")),
        (Face(name="x"), Defaults(language="not a language")),
    ],
)
async def test_a_profile_that_cannot_be_taken_changes_nothing(
    house: RunningHouse, face: Face, defaults: Defaults | None
):
    asha = await made(house)
    with pytest.raises(Invalid):
        await profiles.change(house.house.square, asha, face, defaults)
    seen, _, _ = await people.me(house.house.reads, asha)
    assert (seen.item.name, seen.item.note, seen.item.fields) == ("", "", ())


async def test_one_is_found_by_the_words_of_a_new_name_and_no_longer_by_the_old(house: RunningHouse):
    asha = await made(house)
    await profiles.change(house.house.square, asha, Face(name="सुनीता"))
    await profiles.change(house.house.square, asha, Face(name="गीता"))

    async def hits(word: str) -> list[int]:
        page = await search.people(house.house.reads, ANYONE, word)
        return [seen.item.id for seen in page]

    assert await hits("गीता") == [asha.account]
    assert await hits("asha") == [asha.account]
    assert await hits("सुनीता") == []
