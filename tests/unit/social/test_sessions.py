"""Coming in and going out: sessions, tokens, passwords, and what is remembered of them."""

import unicodedata
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import func, select

from chaupal.app.wiring import RunningHouse
from chaupal.kernel.clock import StillClock
from chaupal.kernel.errors import Invalid, NotFound
from chaupal.kernel.secrets import digest
from chaupal.policy.viewer import Caller, Viewer
from chaupal.social.context import Square
from chaupal.social.people import accounts
from chaupal.social.signin import logins, oauth, password_and_email, sessions
from chaupal.store.identity import apps, logins as hashing
from chaupal.store.machine.dialect import statement
from chaupal.store.tables import identity as tables
from mails import mails_of, secret_in
from noting import noting

PASSWORD = "खेत की मेड़ पर"


@pytest.fixture
def square(house: RunningHouse) -> Square:
    return house.house.square


@pytest.fixture
async def asha(square: Square) -> Viewer:
    account = await accounts.create(square, handle="asha", email="asha@example.org", password=PASSWORD)
    return Viewer(account=account, country="IN")


async def by_cookie(square: Square, secret: str) -> Caller | None:
    return await sessions.caller_by_cookie(square, digest(secret))


async def by_token(square: Square, secret: str) -> Caller | None:
    return await sessions.caller_by_token(square, digest(secret))


@pytest.mark.parametrize("name", ["asha", "@Asha", " asha@EXAMPLE.org "])
async def test_one_comes_in_by_handle_or_address(square: Square, asha: Viewer, name: str):
    session = await logins.sign_in(square, name, PASSWORD)
    caller = await by_cookie(square, session.secret)
    assert caller is not None
    assert (caller.account, caller.handle, caller.state) == (asha.account, "asha", "active")
    assert len(caller.csrf) >= 20


async def test_a_password_typed_in_other_code_points_is_the_same(square: Square, asha: Viewer):
    other = unicodedata.normalize("NFD", PASSWORD)
    assert other != PASSWORD or "ड़" in PASSWORD
    assert await logins.sign_in(square, "asha", other)
    assert await logins.sign_in(square, "asha", unicodedata.normalize("NFC", PASSWORD))


@pytest.mark.parametrize(
    ("name", "password"), [("asha", "wrong one"), ("nobody", PASSWORD), ("asha", ""), ("", ""), ("asha", "\ud800")]
)
async def test_every_wrong_pair_is_told_the_same(square: Square, asha: Viewer, name: str, password: str):
    with pytest.raises(Invalid) as wrong:
        await logins.sign_in(square, name, password)
    assert (wrong.value.code, wrong.value.message) == ("wrong_login", "Wrong username or password")


async def test_an_unknown_name_costs_a_hash_too(square: Square, asha: Viewer, monkeypatch: pytest.MonkeyPatch):
    asked: list[str] = []
    real = hashing._HASHER
    monkeypatch.setattr(
        hashing, "_HASHER", SimpleNamespace(verify=lambda kept, p: asked.append(kept) or real.verify(kept, p))
    )
    for name in ("nobody", "asha"):
        with pytest.raises(Invalid):
            await logins.sign_in(square, name, "wrong one")
    assert len(asked) == 2
    assert asked[0] == hashing._NOBODY


async def test_a_session_ends_when_one_goes_and_others_go_on(square: Square, asha: Viewer):
    first, second = await logins.sign_in(square, "asha", PASSWORD), await logins.sign_in(square, "asha", PASSWORD)
    caller = await by_cookie(square, first.secret)
    assert caller
    await sessions.sign_out(square, caller)
    assert await by_cookie(square, first.secret) is None
    assert await by_cookie(square, second.secret)


async def test_a_session_lasts_thirty_days_even_where_it_is_remembered(square: Square, asha: Viewer, clock: StillClock):
    session = await logins.sign_in(square, "asha", PASSWORD)
    clock.move(sessions.SESSION_LASTS - 1)
    assert await by_cookie(square, session.secret)
    clock.move(1)
    assert await by_cookie(square, session.secret) is None


async def test_whoever_is_known_is_known_without_asking_the_store(square: Square, asha: Viewer, monkeypatch):
    token = await sessions.issue_token(square, asha.account or 0, "read write")
    assert await by_token(square, token)
    async with square.work.reading() as reading:
        monkeypatch.setattr(type(reading), "fetch", None)
        caller = await by_token(square, token)
    assert caller
    assert caller.scopes == {"read", "write"}


async def test_a_cookie_is_no_token_and_a_token_no_cookie(square: Square, asha: Viewer):
    session = await logins.sign_in(square, "asha", PASSWORD)
    token = await sessions.issue_token(square, asha.account or 0, "read")
    for _ in range(2):  # not known yet, and remembered
        assert await by_token(square, session.secret) is None
        assert await by_cookie(square, token) is None
        assert await by_cookie(square, session.secret)
        assert await by_token(square, token)


async def test_a_new_password_ends_everything_but_the_new_session(square: Square, asha: Viewer):
    session = await logins.sign_in(square, "asha", PASSWORD)
    token = await sessions.issue_token(square, asha.account or 0, "read")
    with pytest.raises(Invalid) as wrong:
        await password_and_email.change_password(square, asha, "not it at all", "नया पासवर्ड")
    assert "old" in wrong.value.details
    assert await by_cookie(square, session.secret)
    fresh = await password_and_email.change_password(square, asha, PASSWORD, "नया पासवर्ड")
    assert await by_cookie(square, session.secret) is None
    assert await by_token(square, token) is None
    assert await by_cookie(square, fresh.secret)
    with pytest.raises(Invalid):
        await logins.sign_in(square, "asha", PASSWORD)
    assert await logins.sign_in(square, "asha", "नया पासवर्ड")


async def test_whoever_typed_the_old_password_is_not_in_once_there_is_another(
    square: Square, asha: Viewer, monkeypatch: pytest.MonkeyPatch
):
    """To compare a password takes a tenth of a second: who guessed it came in behind the change that was to shut them out."""

    async def meanwhile(kept: str | None, password: str) -> bool:
        known = await hashing.is_password(kept, password)
        await password_and_email.change_password(square, asha, PASSWORD, "नया पासवर्ड")
        return known

    monkeypatch.setattr(logins, "is_password", meanwhile)
    with pytest.raises(Invalid) as wrong:
        await logins.sign_in(square, "asha", PASSWORD)
    assert wrong.value.code == "wrong_password"
    assert len(await sessions.sessions_of(square, asha)) == 1, "that of whoever changed it"


async def test_whoever_changes_a_password_is_not_in_once_there_is_another(
    square: Square, asha: Viewer, monkeypatch: pytest.MonkeyPatch
):
    async def meanwhile(*asked: Any, **more: Any) -> sessions.Session:
        monkeypatch.undo()
        await password_and_email.change_password(square, asha, "नया पासवर्ड", "एक और पासवर्ड")
        return await sessions.begin_session(*asked, **more)

    monkeypatch.setattr(password_and_email, "begin_session", meanwhile)
    with pytest.raises(Invalid):
        await password_and_email.change_password(square, asha, PASSWORD, "नया पासवर्ड")
    assert len(await sessions.sessions_of(square, asha)) == 1, "that of whoever changed it"


async def test_a_reset_link_works_once_and_ends_everything(house: RunningHouse, square: Square, asha: Viewer):
    session = await logins.sign_in(square, "asha", PASSWORD)
    token = await sessions.issue_token(square, asha.account or 0, "read")
    await password_and_email.ask_reset(square, " Asha@example.org")
    await house.runner.settle()
    (letter,) = mails_of(house)
    secret = secret_in(letter, "reset")
    with pytest.raises(Invalid):
        await password_and_email.reset_password(square, secret, "short")
    assert await password_and_email.may_reset(square, secret), "a refused password uses the link up"
    await password_and_email.reset_password(square, secret, "नया पासवर्ड")
    assert await by_cookie(square, session.secret) is None
    assert await by_token(square, token) is None
    with pytest.raises(NotFound):
        await password_and_email.reset_password(square, secret, "तीसरा पासवर्ड")
    assert await logins.sign_in(square, "asha", "नया पासवर्ड")


async def test_whoever_takes_a_link_holds_the_account_before_it_as_a_change_of_password_does(
    square: Square, asha: Viewer, monkeypatch: pytest.MonkeyPatch
):
    """In another order two at once wait for each other, and PostgreSQL turns one of them away."""
    order = noting(monkeypatch, (hashing, "hold"), (hashing, "use_link"))
    async with square.work.writing() as w:
        await hashing.add_link(w, digest("a secret"), asha.me, "reset", w.now() + 1_000)
        assert await hashing.take_link(w, digest("a secret"), "reset") == asha.account
    assert order == ["hold", "use_link"]


async def test_a_reset_link_dies_after_an_hour_and_when_another_is_asked_for(
    house: RunningHouse, square: Square, asha: Viewer, clock: StillClock
):
    for _ in range(2):
        await password_and_email.ask_reset(square, "asha@example.org")
        await house.runner.settle()
    first, second = (secret_in(letter, "reset") for letter in mails_of(house))
    assert not await password_and_email.may_reset(square, first)
    assert await password_and_email.may_reset(square, second)
    clock.move(password_and_email.RESET_LASTS)
    with pytest.raises(NotFound):
        await password_and_email.reset_password(square, second, "नया पासवर्ड")


@pytest.mark.parametrize("address", ["nobody@example.org", "asha", "", "\ud800@x.org"])
async def test_asking_for_a_reset_tells_nothing_and_mails_nobody_else(
    house: RunningHouse, square: Square, asha: Viewer, address: str
):
    await password_and_email.ask_reset(square, address)
    await house.runner.settle()
    assert mails_of(house) == []


async def test_what_ended_long_ago_is_dropped(house: RunningHouse, square: Square, asha: Viewer, clock: StillClock):
    count = statement(select(func.count()).select_from(tables.sessions))
    await logins.sign_in(square, "asha", PASSWORD)
    clock.move(sessions.SESSION_LASTS + sessions.KEPT_AFTER_END + 1)
    session = await logins.sign_in(square, "asha", PASSWORD)
    await sessions.tidy(square)
    async with square.work.reading() as reading:
        assert await reading.value(count) == 1
    assert await by_cookie(square, session.secret)


async def test_apps_that_nobody_lets_in_are_dropped_with_what_they_had(
    square: Square, asha: Viewer, clock: StillClock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sessions, "AT_ONCE", 2)

    async def app(name: str) -> int:
        return (await oauth.register(square, name=name, redirect_uris=[oauth.OOB], scopes="read")).app.id

    async def of_app(app: int, account: int | None = None) -> str:
        async with square.work.writing() as w:
            secret = f"{app} {account}"
            await apps.add_token(w, square.make_id(), apps.Token(digest(secret), app, account, "read"))
        return secret

    async def left() -> list[str]:
        await sessions.tidy(square)
        async with square.work.reading() as reading:
            rows = await reading.fetch(statement(select(tables.apps.c.name).order_by(tables.apps.c.name)))
        return [row[0] for row in rows]

    hers, ended, own, asked, _idle = [await app(name) for name in ("hers", "ended", "own", "asked", "idle")]
    token, _ = await of_app(hers, asha.account), await of_app(ended, asha.account)
    owned = [await of_app(one) for one in (own, hers, ended, asked)]
    await sessions.end_app(
        square, asha, next(one.id for one in await sessions.apps_of(square, asha) if one.app == ended)
    )
    clock.move(sessions.KEPT_AFTER_END + 1)
    async with square.work.writing() as w:
        await apps.add_grant(w, apps.Grant("code", asked, asha.me, oauth.OOB, "read", "", "", square.clock()))
    assert await left() == ["asked", "ended", "hers", "own"], "one without a token goes after a day"
    assert all([await by_token(square, secret) for secret in owned])
    clock.move(sessions.OWN_TOKEN_LASTS - sessions.KEPT_AFTER_END - 1)
    await left()
    assert all([await by_token(square, secret) for secret in owned]), "an own token lasts thirty days"
    async with square.work.writing() as w:
        await apps.add_grant(w, apps.Grant("again", asked, asha.me, oauth.OOB, "read", "", "", square.clock()))
    clock.move(1)
    assert await left() == ["asked", "ended", "hers", "own"], "whose token ended may have another, for a day"
    assert not any([await by_token(square, secret) for secret in owned]), "also where it was remembered"
    clock.move(sessions.KEPT_AFTER_END + 1)
    async with square.work.writing() as w:
        await apps.add_grant(w, apps.Grant("once more", asked, asha.me, oauth.OOB, "read", "", "", square.clock()))
    assert await left() == ["asked", "hers"]
    assert await by_token(square, token)
