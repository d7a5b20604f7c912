"""The second step: codes of an authenticator and recovery codes, each taken once, and asked for where they are set up."""

import pytest
from pyotp.totp import TOTP

from chaupal.kernel.clock import HOUR, MINUTE, SECOND
from chaupal.kernel.errors import Conflict, Invalid, NotFound, NotSignedIn
from chaupal.kernel.secrets import digest
from chaupal.policy.viewer import Viewer
from chaupal.social.people import accounts
from chaupal.social.signin import logins, password_and_email, sessions, two_factor as second
from chaupal.social.signin.logins import HalfLogin
from chaupal.social.signin.sessions import Session
from chaupal.store.identity import accounts as standing, logins as rows
from neighbours import Street
from noting import noting

PASSWORD = "chaupal-gaanv"


@pytest.fixture
async def asha(street: Street) -> Viewer:
    id_ = await accounts.create(street.square, handle="asha", email="asha@gaanv.example", password=PASSWORD)
    return Viewer(account=id_, country="IN")


def code(street: Street, secret: str, steps: int = 0) -> str:
    return TOTP(secret).at(street.clock() // SECOND + 30 * steps)


async def set_up(street: Street, viewer: Viewer) -> tuple[str, list[str]]:
    """(secret, recovery codes), a minute later, so that the code of setting up is behind."""
    setup = await second.begin(street.square, viewer, PASSWORD)
    codes = await second.turn_on(street.square, viewer, code(street, setup.secret))
    street.clock.move(2 * MINUTE)
    return setup.secret, codes


async def half(street: Street) -> HalfLogin:
    found = await logins.sign_in(street.square, "asha", PASSWORD)
    assert isinstance(found, HalfLogin)
    return found


async def test_nothing_is_asked_until_a_first_code_was_typed(street, asha):
    await second.begin(street.square, asha, PASSWORD)
    assert isinstance(await logins.sign_in(street.square, "asha", PASSWORD), Session)
    with pytest.raises(Invalid):
        await second.turn_on(street.square, asha, "000000")
    with pytest.raises(Invalid):
        await second.begin(street.square, asha, "wrong password")


async def test_a_password_alone_is_half_of_coming_in_and_a_code_the_other(street, asha):
    secret, _ = await set_up(street, asha)
    begun = await half(street)
    assert await sessions.caller_by_cookie(street.square, digest(begun.secret)) is None
    with pytest.raises(Invalid):
        await logins.second_step(street.square, begun.secret, "asha", "123456")
    session = await logins.second_step(street.square, begun.secret, "asha", code(street, secret))
    caller = await sessions.caller_by_cookie(street.square, digest(session.secret))
    assert caller is not None and caller.second
    with pytest.raises(NotSignedIn):  # half a way is gone once
        await logins.second_step(street.square, begun.secret, "asha", code(street, secret, 1))


async def test_a_clock_may_be_a_step_off_and_no_more(street, asha):
    secret, _ = await set_up(street, asha)
    for off in (-3, 3):
        with pytest.raises(Invalid):
            await logins.second_step(street.square, (await half(street)).secret, "asha", code(street, secret, off))
    assert await logins.second_step(street.square, (await half(street)).secret, "asha", code(street, secret, -1))
    assert await logins.second_step(street.square, (await half(street)).secret, "asha", code(street, secret, 1))


async def test_a_code_is_taken_once_and_in_the_digits_of_any_script(street, asha):
    secret, _ = await set_up(street, asha)
    typed = code(street, secret).translate(str.maketrans("0123456789", "०१२३४५६७८९"))
    assert await logins.second_step(street.square, (await half(street)).secret, "asha", f"{typed[:3]} {typed[3:]}")
    with pytest.raises(Invalid):
        await logins.second_step(street.square, (await half(street)).secret, "asha", code(street, secret))


async def test_a_recovery_code_lets_in_once_and_only_its_digest_is_kept(street, asha):
    _, codes = await set_up(street, asha)
    assert len(set(codes)) == 10
    await logins.second_step(street.square, (await half(street)).secret, "asha", codes[0].upper())
    assert await second.recovery_left(street.square, asha) == 9
    with pytest.raises(Invalid):
        await logins.second_step(street.square, (await half(street)).secret, "asha", codes[0])
    fresh = await second.renew_recovery(street.square, asha, PASSWORD)
    with pytest.raises(Invalid):
        await logins.second_step(street.square, (await half(street)).secret, "asha", codes[1])
    assert await logins.second_step(street.square, (await half(street)).secret, "asha", fresh[1])


async def test_who_goes_through_codes_knows_the_password_and_its_owner_is_told_once_an_hour(street, asha):
    secret, _ = await set_up(street, asha)
    await street.settle()
    before = len(street.letters())
    for missed in range(rows.TOLD_AT + 3):
        await street.settle()
        assert len(street.letters()) == before + (missed >= rows.TOLD_AT)
        with pytest.raises(Invalid):
            if missed % 2:
                await logins.second_step(street.square, (await half(street)).secret, "asha", "no code")
            else:
                await logins.sign_in_at_once(street.square, "asha", PASSWORD, "no code")
    for missed in range(10):  # who takes their time makes no flood of letters
        street.clock.move(12 * MINUTE)
        with pytest.raises(Invalid):
            await logins.second_step(street.square, (await half(street)).secret, "asha", "no code")
        await street.settle()
        assert len(street.letters()) == before + 1 + (missed >= 4) + (missed >= 9)
    assert await logins.second_step(street.square, (await half(street)).secret, "asha", code(street, secret))


async def test_wrong_codes_are_counted_by_one_at_a_time(street, asha, monkeypatch):
    """Many at once that did not count each other came to the count of which word is sent in none of them."""
    await set_up(street, asha)
    begun = await half(street)
    order = noting(monkeypatch, (standing, "hold"), (rows, "tries"))
    with pytest.raises(Invalid):
        await logins.second_step(street.square, begun.secret, "asha", "no code")
    assert order == ["hold", "tries"]


async def test_half_a_way_is_over_after_ten_minutes_and_is_somebodys_own(street, asha):
    secret, _ = await set_up(street, asha)
    begun = await half(street)
    with pytest.raises(NotSignedIn):  # the name by which guesses are counted must be theirs
        await logins.second_step(street.square, begun.secret, "ravi", code(street, secret))
    street.clock.move(11 * MINUTE)
    with pytest.raises(NotSignedIn):
        await logins.second_step(street.square, begun.secret, "asha", code(street, secret))


async def test_half_a_way_by_an_old_password_leads_nowhere_nor_does_a_link_that_was_asked_for_before(street, asha):
    secret, codes = await set_up(street, asha)
    begun, resets = await half(street), "reset"
    async with street.square.work.writing() as w:
        await rows.add_link(w, digest(resets), asha.me, password_and_email.RESET, street.clock() + HOUR)
    assert await password_and_email.may_reset(street.square, resets)
    await password_and_email.change_password(street.square, asha, PASSWORD, "another-gaanv")
    for typed in (code(street, secret), codes[0]):
        with pytest.raises(NotSignedIn):
            await logins.second_step(street.square, begun.secret, "asha", typed)
    assert not await password_and_email.may_reset(street.square, resets)


async def test_turned_off_a_password_is_enough_again(street, asha):
    await set_up(street, asha)
    with pytest.raises(Conflict):
        await second.begin(street.square, asha, PASSWORD)
    with pytest.raises(Invalid):
        await second.turn_off(street.square, asha, "wrong password")
    await second.turn_off(street.square, asha, PASSWORD)
    assert isinstance(await logins.sign_in(street.square, "asha", PASSWORD), Session)
    assert await second.recovery_left(street.square, asha) == 0
    with pytest.raises(Conflict):
        await second.renew_recovery(street.square, asha, PASSWORD)


async def test_ones_browsers_and_apps_are_listed_and_ended(street, asha):
    square = street.square
    first = await sessions.begin_session(square, asha.me, agent="Firefox", country="IN")
    street.clock.move(2 * HOUR)
    other = await sessions.begin_session(square, asha.me, agent="Chrome")
    caller = await sessions.caller_by_cookie(square, digest(first.secret))
    assert caller is not None
    await sessions.note_seen(square, caller, "DE")
    shown = {one.agent: one for one in await sessions.sessions_of(square, asha)}
    assert (shown["Firefox"].country, shown["Firefox"].seen_at) == ("DE", street.clock())
    assert await sessions.end_others(square, caller) == 1
    assert await sessions.caller_by_cookie(square, digest(other.secret)) is None
    street.clock.move(sessions.SESSION_LASTS - HOUR)
    assert await sessions.caller_by_cookie(square, digest(first.secret)), "begun longer ago than that, but used since"
    token = await sessions.issue_token(square, asha.me, "read")
    [app] = await sessions.apps_of(square, asha)
    with pytest.raises(NotFound):
        await sessions.end_app(square, Viewer(account=1, country="IN"), app.id)
    await sessions.end_app(square, asha, app.id)
    assert await sessions.caller_by_token(square, digest(token)) is None
    with pytest.raises(NotFound):
        await sessions.end_session(square, Viewer(account=1, country="IN"), caller.key)
