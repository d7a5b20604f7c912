"""Passkeys, attacked: a challenge used again, another origin, another person's key, a counter that goes back, a device that asks nobody."""

import os
from typing import Any

import pytest

from authenticators import Device, text
from chaupal.kernel.errors import Invalid, NotSignedIn
from chaupal.social.context import Square
from chaupal.social.people import accounts
from chaupal.social.signin import logins, passkeys
from chaupal.social.signin.logins import HalfLogin
from village import PASSWORD, Village, Villager


@pytest.fixture
def square(village: Village) -> Square:
    return village.running.house.square


async def holds(square: Square, who: Villager) -> Device:
    """A device whose passkey is theirs."""
    site = passkeys._site(square)
    device = Device(square.settings.origin, site)
    options = await passkeys.ask_to_add(square, who.viewer, PASSWORD)
    await passkeys.add(square, who.viewer, device.makes(options), "phone")
    return device


async def half(square: Square, who: Villager) -> HalfLogin:
    found = await logins.sign_in(square, who.handle, PASSWORD)
    assert isinstance(found, HalfLogin)
    return found


async def test_the_device_of_these_tests_lets_in_whose_it_is(village: Village, square: Square):
    device = await holds(square, village.asha)
    assert await passkeys.enter(square, device.signs(await passkeys.ask_to_enter(square))) == village.asha.id
    begun = await half(square, village.asha)
    known = await passkeys.prove(square, begun.secret, device.signs(await passkeys.ask_to_prove(square, begun.secret)))
    assert known.account == village.asha.id


async def test_a_challenge_is_good_once_for_so_long_and_for_what_it_was_asked(village: Village, square: Square):
    device = await holds(square, village.asha)
    options = await passkeys.ask_to_enter(square)
    answer = device.signs(options)
    assert await passkeys.enter(square, answer) == village.asha.id
    for again in (answer, device.signs(options)):  # replayed, and signed anew
        with pytest.raises(Invalid):
            await passkeys.enter(square, again)
    old = await passkeys.ask_to_enter(square)
    village.clock.move(passkeys.LASTS + 1)
    with pytest.raises(Invalid):
        await passkeys.enter(square, device.signs(old))
    begun = await half(square, village.asha)
    beside = await passkeys.ask_to_prove(square, begun.secret)
    with pytest.raises(Invalid):  # what was asked beside the password does not stand for it
        await passkeys.enter(square, device.signs(beside))
    alone = await passkeys.ask_to_enter(square)
    with pytest.raises(Invalid):
        await passkeys.prove(square, begun.secret, device.signs(alone))
    with pytest.raises(Invalid):  # nor one that the device made up
        await passkeys.enter(square, device.signs(alone, challenge=text(os.urandom(32))))


@pytest.mark.parametrize(
    "claims",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://localhost:8000.evil.example"},
        {"origin": "null"},
        {"site": "evil.example"},
    ],
)
async def test_what_was_signed_at_another_origin_lets_nobody_in(
    village: Village, square: Square, claims: dict[str, Any]
):
    device = await holds(square, village.asha)
    with pytest.raises(Invalid):
        await passkeys.enter(square, device.signs(await passkeys.ask_to_enter(square), **claims))


async def test_another_persons_key_neither_finishes_a_log_in_nor_stands_for_theirs(village: Village, square: Square):
    asha, ravi = await holds(square, village.asha), await holds(square, village.ravi)
    begun = await half(square, village.asha)
    options = await passkeys.ask_to_prove(square, begun.secret)
    with pytest.raises(Invalid):
        await passkeys.prove(square, begun.secret, ravi.signs(options))
    with pytest.raises(Invalid):  # ravi's device, which says that it holds asha's key
        await passkeys.prove(square, begun.secret, ravi.signs(options, id=asha.id))
    with pytest.raises(Invalid):
        await passkeys.enter(square, ravi.signs(await passkeys.ask_to_enter(square), id=asha.id))
    theirs = await half(square, village.ravi)
    with pytest.raises(Invalid):  # asha's question, answered by ravi for ravi
        await passkeys.prove(square, theirs.secret, ravi.signs(options))
    # And asha is not shut out by it
    assert (await passkeys.prove(square, begun.secret, asha.signs(options))).account == village.asha.id
    with pytest.raises(NotSignedIn):
        await passkeys.prove(square, begun.secret, asha.signs(options))


async def test_a_key_is_added_only_by_whom_it_was_asked_of_and_only_once(village: Village, square: Square):
    options = await passkeys.ask_to_add(square, village.asha.viewer, PASSWORD)
    device = Device(square.settings.origin, passkeys._site(square))
    with pytest.raises(Invalid):  # an answer to asha's question, sent in by ravi
        await passkeys.add(square, village.ravi.viewer, device.makes(options), "phone")
    await passkeys.add(square, village.asha.viewer, device.makes(options), "phone")
    again = await passkeys.ask_to_add(square, village.ravi.viewer, PASSWORD)
    with pytest.raises(Invalid):  # asha's key is nobody else's, too
        await passkeys.add(square, village.ravi.viewer, device.makes(again), "phone")
    assert await passkeys.enter(square, device.signs(await passkeys.ask_to_enter(square))) == village.asha.id


async def test_a_counter_that_goes_back_is_a_copy_and_opens_nothing(village: Village, square: Square):
    device = await holds(square, village.asha)
    assert await passkeys.enter(square, device.signs(await passkeys.ask_to_enter(square), uses=7))
    for uses in (7, 6, 0):
        with pytest.raises(Invalid):
            await passkeys.enter(square, device.signs(await passkeys.ask_to_enter(square), uses=uses))
    assert await passkeys.enter(square, device.signs(await passkeys.ask_to_enter(square), uses=8))


async def test_a_device_that_asked_nobody_stands_beside_a_password_but_not_for_it(village: Village, square: Square):
    device = await holds(square, village.asha)
    with pytest.raises(Invalid):
        await passkeys.enter(square, device.signs(await passkeys.ask_to_enter(square), verified=False))


async def test_a_key_that_was_removed_and_an_account_that_is_gone_let_nobody_in(village: Village, square: Square):
    device = await holds(square, village.asha)
    await passkeys.remove(square, village.asha.viewer, text(device.id), PASSWORD)
    with pytest.raises(Invalid):
        await passkeys.enter(square, device.signs(await passkeys.ask_to_enter(square)))
    assert await accounts.account_id(square, "asha") == village.asha.id


@pytest.mark.parametrize(
    "answer",
    ["", "{}", "[]", "null", '{"id": 7, "response": {}}', '{"response": {"clientDataJSON": "e30"}}', "x" * 30_000],
)
async def test_rubbish_is_refused_as_a_wrong_key_is(village: Village, square: Square, answer: str):
    with pytest.raises(Invalid):
        await passkeys.enter(square, answer)
