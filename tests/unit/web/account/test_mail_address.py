"""One's mail address: another one by the link that goes there; and what is seen, here and by staff, once mail to it comes back."""

import json
from email.message import EmailMessage, MIMEPart
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bounces import report
from chaupal.fanout.notifications import letters as unreached
from chaupal.governance.events import NoticeAsked
from chaupal.governance.log import log
from chaupal.kernel.clock import DAY
from chaupal.kernel.errors import Invalid
from chaupal.ports.mail import Letter, NotReached
from chaupal.ports.mail_local import MailToFiles
from chaupal.social import mail_proofs
from chaupal.social.signin import password_and_email
from chaupal.store.court import ledger, tellings
from chaupal.store.identity import logins
from chaupal.store.machine.outbox import GIVE_UP_AFTER
from mails import sent
from unit.web.account.test_security import form
from village import PASSWORD, Village

HERE = "/settings/email"
COMES_BACK = "Mail to your address comes back"


async def letters(v: Village) -> list[EmailMessage]:
    """What was sent so far."""
    await v.settle()
    return sent(Path(v.running.house.settings.data) / "mail")


async def last_link(v: Village, to: str) -> str:
    letter = next(one for one in reversed(await letters(v)) if one["To"] == to)
    return "/email/" + letter.get_content().split("/email/")[1].split()[0]


async def test_an_address_is_changed_by_the_link_that_goes_to_the_new_one_and_the_old_one_is_told(
    village: Village, monkeypatch: pytest.MonkeyPatch
):
    v = village
    mine = f"chaupal={v.asha.cookie}"
    for typed, why in (
        ({"email": "neu@example.org", "password": "not hers"}, "This is not your password"),
        ({"email": "nobody", "password": PASSWORD}, "This is not an email address"),
        ({"email": "ravi@gaanv.example", "password": PASSWORD}, "There is an account with this address"),
    ):
        refused = await form(v, HERE, mine, **typed)
        assert refused.status_code == 422 and why in refused.text
    assert (await form(v, HERE, mine, email="Neu@example.org", password=PASSWORD)).status_code == 200
    warned, told = (await letters(v))[-2:]
    assert (told["To"], warned["To"]) == ("neu@example.org", "asha@gaanv.example")
    assert "neu@example.org" not in warned.get_content() and "/email/" not in warned.get_content()
    link = await last_link(v, "neu@example.org")
    waiting = (await v.look("IN", HERE, v.asha)).text
    assert "asha@gaanv.example" in waiting and "<bdi>neu@example.org</bdi> पर एक लिंक जाता है" in waiting
    done = await form(v, link, "visitor=" + "a" * 24)
    assert done.status_code == 200 and "this is the address of your account now" in done.text
    assert "neu@example.org" in (await v.look("IN", HERE, v.asha)).text
    spent = await v.look("IN", link)
    assert spent.status_code == 404 and "<h1>यह लिंक अब काम नहीं करता</h1>" in spent.text, "it works once"
    send = MailToFiles.send

    async def is_no_more(files: MailToFiles, letter: Letter) -> None:
        if letter.to == "neu@example.org":
            raise NotReached(letter.to)
        await send(files, letter)

    monkeypatch.setattr(MailToFiles, "send", is_no_more)
    await form(v, HERE, mine, email="neuer@example.org", password=PASSWORD)
    assert (await v.look("IN", await last_link(v, "neuer@example.org"))).status_code == 200


async def test_a_link_that_no_carrier_takes_at_first_warns_its_owner_once(
    village: Village, monkeypatch: pytest.MonkeyPatch
):
    v, send, tried = village, MailToFiles.send, list[str]()

    async def fails_once(files: MailToFiles, letter: Letter) -> None:
        tried.append(letter.to)
        if letter.to == "neu@example.org" and tried.count(letter.to) == 1:
            raise OSError("not now")
        await send(files, letter)

    monkeypatch.setattr(MailToFiles, "send", fails_once)
    await form(v, HERE, f"chaupal={v.asha.cookie}", email="neu@example.org", password=PASSWORD)
    for _ in range(3):
        await v.settle()
        v.clock.move(DAY)
    assert tried == ["asha@gaanv.example", "neu@example.org", "neu@example.org"]
    await form(v, HERE, f"chaupal={v.asha.cookie}", email="anders@example.org", password=PASSWORD)
    await v.settle()
    assert tried[3:] == ["asha@gaanv.example", "anders@example.org"], "another address is told anew"


async def test_a_password_that_is_changed_while_it_is_proved_asks_for_no_other_address(
    village: Village, monkeypatch: pytest.MonkeyPatch
):
    v, square, proved = village, village.running.house.square, password_and_email.proved

    async def meanwhile(*asked: Any) -> Any:
        login = await proved(*asked)
        async with square.work.writing() as w:
            await logins.set_password(w, login.account, "another")
        return login

    monkeypatch.setattr(password_and_email, "proved", meanwhile)
    with pytest.raises(Invalid):
        await password_and_email.ask_email(square, v.asha.viewer, PASSWORD, "neu@example.org")


async def test_no_link_to_another_address_outlives_a_new_password_or_the_operators_word(village: Village):
    v = village
    mine, square = f"chaupal={v.asha.cookie}", v.running.house.square
    await password_and_email.ask_reset(square, "asha@gaanv.example")
    reset = "/reset/" + (await letters(v))[-1].get_content().split("/reset/")[1].split()[0]
    await form(v, HERE, mine, email="lost@example.org", password=PASSWORD)
    link = await last_link(v, "lost@example.org")
    assert (await v.look("IN", link)).status_code == (await v.look("IN", reset)).status_code == 200
    await password_and_email.change_email(square, v.asha.id, "found@example.org")
    assert (await v.look("IN", link)).status_code == (await v.look("IN", reset)).status_code == 404
    await form(v, HERE, mine, email="thief@example.org", password=PASSWORD)
    link = await last_link(v, "thief@example.org")
    await form(v, "/password", mine, old=PASSWORD, password="another password")
    assert (await v.look("IN", link)).status_code == 404


async def notices(v: Village) -> list[tuple[str, str]]:
    """What the log says of a measure that began: how it was told, and in which language."""
    court = v.running.house.court
    async with court.work.reading() as reading:
        entries = [json.loads(await log.entry(court, index)) for index in range(await ledger.size(reading))]
    told = [one["public"] for one in entries if one["t"] == "notice"]
    return [(one["step"], one["language"]) for one in told if one["about"] == "begun"]


async def tell_again(v: Village, letter: MIMEPart, language: str) -> None:
    """The notice of a letter once more, in another language than before."""
    house = v.running.house
    v.clock.move(DAY)
    async with house.square.work.writing() as w:
        told = await tellings.by_id(
            w, mail_proofs.telling_of_message(house.settings, letter["Message-ID"], letter["To"]) or 0
        )
        assert told is not None and told.language != language
        await logins.set_language(w, v.asha.id, language)
        await tellings.ask_again(w, told.id, w.now())
        w.tell(NoticeAsked(ruling=told.ruling_id, telling=told.id, at=w.now()))


async def test_mail_that_comes_back_is_told_its_owner_and_staff_and_the_log(village: Village):
    v = village
    ref = await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
    letter = (await letters(v))[-1]
    court = v.running.house.court
    named = msgspec.structs.replace(court.settings, mail_from="चौपाल <mail@gaanv.example>")
    assert mail_proofs.message_id(named, Letter(to="", subject="", body="")).endswith("@gaanv.example>")
    forged = EmailMessage()
    forged["To"], forged["Message-ID"] = letter["To"], "<1.118.00@gaanv.example>"
    unreadable = [
        report(letter).replace(was, bad)
        for was, bad in (
            (b'rfc822-headers; charset="us-ascii"', b'rfc822-headers; charset="foo"'),
            (b"\nTo: ", b"\nTo: :,;@["),
            (b"\nTo: ", b"\nTo: =?utf-7?q?+2AA-?= "),
        )
    ] + [b"Content-Type: message/rfc822\n\n" * 3_000]
    for nothing in (b"", b"hello", report(forged), report(letter, action="delayed"), *unreadable):
        assert await unreached.take_report(court, nothing) == 0
    page = {"cookie": f"chaupal={v.asha.cookie}; language=en"}
    assert COMES_BACK not in (await v.client.get("/settings", headers=page)).text
    await unreached.take_report(court, report(letter, status="5.2.2"))
    assert COMES_BACK not in (await v.client.get("/settings", headers=page)).text, "a full mailbox is one"
    case = await v.client.get(f"/office/orders/{ref}/1", headers={"cookie": f"chaupal={v.dev.cookie}; language=en"})
    assert "the mail came back, or was not taken" in case.text
    assert await unreached.take_report(court, report(letter)) == 1
    assert COMES_BACK in (await v.client.get("/settings", headers=page)).text
    assert await notices(v) == [("sent", "hi"), ("failed", "hi")]
    await tell_again(v, letter, "en")
    await unreached.take_report(court, report((await letters(v))[-1]))
    assert (await notices(v))[-2:] == [("sent", "en"), ("failed", "en")]
    await form(v, HERE, f"chaupal={v.asha.cookie}", email=letter["To"], password=PASSWORD)
    await form(v, await last_link(v, letter["To"]), f"chaupal={v.asha.cookie}")
    assert COMES_BACK not in (await v.client.get("/settings", headers=page)).text, "it works again"


@pytest.mark.parametrize(("problem", "marked"), [(NotReached("asha@gaanv.example"), True), (OSError("no"), False)])
async def test_a_notice_that_no_carrier_takes_is_said_in_the_log_once_and_tried_no_more(
    village: Village, monkeypatch: pytest.MonkeyPatch, problem: OSError, marked: bool
):
    v, tried = village, list[str]()

    async def refuses(_: MailToFiles, letter: Letter) -> None:
        tried.extend([letter.to] * bool(letter.telling))
        raise problem

    monkeypatch.setattr(MailToFiles, "send", refuses)
    await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
    for _ in range(GIVE_UP_AFTER):
        await v.settle()
        v.clock.move(DAY)
    assert tried == ["asha@gaanv.example"] * (1 if marked else GIVE_UP_AFTER)
    page = await v.client.get("/settings", headers={"cookie": f"chaupal={v.asha.cookie}; language=en"})
    assert (COMES_BACK in page.text) is marked
    assert await notices(v) == [("sent", "hi"), ("failed", "hi")]
