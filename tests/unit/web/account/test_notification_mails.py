"""Notifications by mail: the kinds one chose, unread, in one letter without words of people; and ended by the link in it."""

from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from chaupal.fanout.notifications import notification_mails
from chaupal.kernel.clock import MINUTE
from chaupal.policy.measures import Measure
from chaupal.policy.sentences import notification_mail_texts
from chaupal.store.notifications.notification_mails import AWAY, LONG, LONG_AWAY, WAIT
from mails import sent
from measures import begin
from unit.web.test_pages import send
from village import Village, Villager

SAID = "अमराई की बात"


async def post(v: Village) -> list[EmailMessage]:
    """The letters about notifications so far, once those that are due are written."""
    await v.settle()
    await notification_mails.write_due(v.running.carrier)
    await v.settle()
    return [one for one in sent(Path(v.running.house.settings.data) / "mail") if one["List-Unsubscribe"]]


async def mentions(v: Village, who: Villager, whom: str = "asha") -> None:
    await v.says(who, f"@{whom} {SAID}")
    await v.settle()


async def test_what_is_not_read_for_half_an_hour_comes_in_one_letter_without_words_of_people(village: Village):
    v = village
    await mentions(v, v.ravi)
    await mentions(v, v.karl)
    v.clock.move(WAIT - MINUTE)
    assert await post(v) == []
    v.clock.move(2 * MINUTE)
    (letter,) = await post(v)
    text = letter.get_content()
    assert letter["to"] == "asha@gaanv.example" and "@ravi" in text and "@karl" in text
    assert SAID not in text and v.ravi.name not in text
    assert letter["subject"] == "चौपाल: नई सूचनाएँ" and "Chaupal" not in text
    v.clock.move(2 * WAIT)
    assert len(await post(v)) == 1, "told once"


async def test_who_is_away_has_a_letter_in_six_hours_and_again_in_half_an_hour_once_they_have_looked(village: Village):
    v = village
    await mentions(v, v.ravi)
    v.clock.move(2 * WAIT)
    assert len(await post(v)) == 1
    await mentions(v, v.karl)
    v.clock.move(AWAY - MINUTE)
    assert len(await post(v)) == 1
    v.clock.move(2 * MINUTE)
    assert "@karl" in (await post(v))[1].get_content()
    await v.page_as("IN", "/notifications", v.asha)
    await mentions(v, v.ravi)
    v.clock.move(WAIT + MINUTE)
    assert len(await post(v)) == 3
    await mentions(v, v.karl)
    await v.page_as("IN", "/notifications", v.asha)
    await mentions(v, v.ravi)
    v.clock.move(WAIT + MINUTE)
    assert len(await post(v)) == 4, "what was due in six hours, before they looked, holds up nothing"


async def test_what_has_waited_for_three_days_brings_a_letter_a_day_and_no_more(village: Village):
    v = village
    await mentions(v, v.ravi)
    v.clock.move(2 * WAIT)
    assert len(await post(v)) == 1
    v.clock.move(LONG)
    await mentions(v, v.karl)
    v.clock.move(AWAY + MINUTE)
    assert len(await post(v)) == 1
    v.clock.move(LONG_AWAY - AWAY)
    assert len(await post(v)) == 2


async def test_a_letter_that_cannot_be_written_holds_up_nobody_and_comes_when_it_can(
    village: Village, monkeypatch: pytest.MonkeyPatch
):
    v = village
    await mentions(v, v.ravi)
    v.clock.move(MINUTE)
    await mentions(v, v.ravi, "karl")
    v.clock.move(2 * WAIT)
    letter = notification_mail_texts.letter

    def fails_for_asha(handle: str, *told: Any, **more: Any) -> tuple[str, str]:
        if handle == "asha":
            raise ValueError("nothing can be said of this")
        return letter(handle, *told, **more)

    monkeypatch.setattr(notification_mail_texts, "letter", fails_for_asha)
    assert [one["to"] for one in await post(v)] == ["karl@gaanv.example"]
    monkeypatch.undo()
    assert sorted(one["to"] for one in await post(v)) == ["asha@gaanv.example", "karl@gaanv.example"]


async def test_what_the_house_writes_has_a_letter_of_its_own_and_makes_no_other_due(village: Village):
    """Of each deadline staff had two letters: about it, and about the message that told of it."""
    v = village
    await v.receives(v.asha.latest.path)
    await v.settle()
    v.clock.move(2 * WAIT)
    assert await post(v) == []
    told = sent(Path(v.running.house.settings.data) / "mail")
    assert len([one for one in told if one["to"] == "asha@gaanv.example"]) == 1
    assert 'class="notice new"' in await v.page_as("IN", "/notifications", v.asha)


async def test_what_was_read_meanwhile_needs_no_letter(village: Village):
    v = village
    await mentions(v, v.ravi)
    await v.page_as("IN", "/notifications", v.asha)
    v.clock.move(2 * WAIT)
    assert await post(v) == []


async def test_only_what_one_chose_comes_and_the_page_keeps_it(village: Village):
    v = village
    said = await v.says(v.asha, "आम पक गए")
    page = await v.page_as("IN", "/settings/mail", v.asha)
    assert 'value="mention" checked' in page and 'value="favourite">' in page
    await v.api(v.ravi, "POST", f"/api/v1/statuses/{said.id}/favourite")
    await v.settle()
    v.clock.move(2 * WAIT)
    assert await post(v) == []
    chosen = await send(v, "/settings/mail", v.asha, **{"kinds[]": "favourite"})
    assert chosen.status_code == 303
    await v.api(v.karl, "POST", f"/api/v1/statuses/{said.id}/favourite")
    await mentions(v, v.ravi)
    v.clock.move(2 * WAIT)
    (letter,) = await post(v)
    assert "@karl" in letter.get_content() and "ज़िक्र" not in letter.get_content()


@pytest.mark.parametrize("measure", [Measure.WITHHOLD_ACCOUNT, Measure.SUSPEND])
async def test_whom_the_gate_does_not_show_when_the_letter_is_written_is_not_in_it(village: Village, measure: Measure):
    v = village
    await mentions(v, v.ravi)
    await begin(v, measure, v.ravi.id)
    v.clock.move(2 * WAIT)
    assert await post(v) == []


async def test_a_mail_program_ends_the_letters_with_one_click_and_a_scanner_that_looks_does_not(village: Village):
    v = village
    await mentions(v, v.ravi)
    v.clock.move(2 * WAIT)
    (letter,) = await post(v)
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = str(letter["List-Unsubscribe"]).strip("<>")
    path = address.removeprefix(v.running.house.settings.origin)
    assert (await v.client.get(path)).status_code == 200
    await mentions(v, v.ravi)
    v.clock.move(2 * AWAY)
    assert len(await post(v)) == 2
    forged = path[:-1] + ("0" if path[-1] != "0" else "1")
    assert (await v.client.post(forged, content="List-Unsubscribe=One-Click")).status_code == 404
    form = {"content-type": "application/x-www-form-urlencoded"}
    ended = await v.client.post(path, content="List-Unsubscribe=One-Click", headers=form)
    assert ended.status_code == 200
    await mentions(v, v.ravi)
    v.clock.move(2 * AWAY)
    assert len(await post(v)) == 2


async def test_what_is_decided_comes_by_mail_whatever_one_switched_off(village: Village):
    v = village
    assert (await send(v, "/settings/mail", v.asha)).status_code == 303
    said = await v.says(v.asha, "खेत की बात")
    await v.withhold(post=said, by=v.chitra, second=v.dev)
    await v.settle()
    found = sent(Path(v.running.house.settings.data) / "mail")
    assert [one["to"] for one in found if one["to"] == "asha@gaanv.example" and not one["List-Unsubscribe"]]
