"""One's mail address: another one by the link that goes there; and what is seen, here and by staff, once mail to it comes back."""

import email
import email.policy
from email.message import EmailMessage, MIMEPart
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path

import msgspec

from chaupal.fanout.notifications import unreached
from chaupal.ports.mail import Letter
from chaupal.social import message_ids
from chaupal.social.signin import email_changes, password_changes
from unit.web.account.test_security import form
from village import PASSWORD, Village

HERE = "/settings/email"
COMES_BACK = "Mail to your address comes back"


async def letters(v: Village) -> list[MIMEPart]:
    """What was sent so far."""
    await v.settle()
    found = sorted((Path(v.running.house.settings.data) / "mail").glob("*.eml"))
    return [email.message_from_bytes(one.read_bytes(), policy=email.policy.default) for one in found]


async def last_link(v: Village, to: str) -> str:
    letter = next(one for one in reversed(await letters(v)) if one["To"] == to)
    return "/email/" + letter.get_content().split("/email/")[1].split()[0]


def report(letter: MIMEPart, status: str = "5.1.1", action: str = "failed") -> bytes:
    """As a mail server writes that a letter could not be delivered (RFC 3464), with the headers of it."""
    about = EmailMessage()
    about["Reporting-MTA"] = "dns; mx.example.org"
    whom = EmailMessage()
    whom["Final-Recipient"], whom["Action"], whom["Status"] = f"rfc822; {letter['To']}", action, status
    said = MIMEMultipart("report", report_type="delivery-status")
    said.attach(MIMEText("I am sorry."))
    status_part = EmailMessage()
    status_part["Content-Type"] = "message/delivery-status"
    status_part.set_payload([about, whom])
    said.attach(status_part)
    headers = "".join(f"{name}: {letter[name]}\n" for name in ("To", "Message-ID", "From"))
    said.attach(MIMEText(headers, "rfc822-headers"))
    return said.as_bytes()


async def test_an_address_is_changed_by_the_link_that_goes_to_the_new_one_and_the_old_one_is_told(village: Village):
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
    told, warned = (await letters(v))[-2:]
    assert (told["To"], warned["To"]) == ("neu@example.org", "asha@gaanv.example")
    assert "neu@example.org" not in warned.get_content() and "/email/" not in warned.get_content()
    link = await last_link(v, "neu@example.org")
    waiting = (await v.look("IN", HERE, v.asha)).text
    assert "asha@gaanv.example" in waiting and "<bdi>neu@example.org</bdi> पर एक लिंक भेजा गया था" in waiting
    done = await form(v, link, "visitor=" + "a" * 24)
    assert done.status_code == 200 and "this is the address of your account now" in done.text
    assert "neu@example.org" in (await v.look("IN", HERE, v.asha)).text
    spent = await v.look("IN", link)
    assert spent.status_code == 404 and "<h1>यह लिंक अब काम नहीं करता</h1>" in spent.text, "it works once"


async def test_no_link_to_another_address_outlives_a_new_password_or_the_operators_word(village: Village):
    v = village
    mine, square = f"chaupal={v.asha.cookie}", v.running.house.square
    await password_changes.ask_reset(square, "asha@gaanv.example")
    reset = "/reset/" + (await letters(v))[-1].get_content().split("/reset/")[1].split()[0]
    await form(v, HERE, mine, email="lost@example.org", password=PASSWORD)
    link = await last_link(v, "lost@example.org")
    assert (await v.look("IN", link)).status_code == (await v.look("IN", reset)).status_code == 200
    await email_changes.change(square, v.asha.id, "found@example.org")
    assert (await v.look("IN", link)).status_code == (await v.look("IN", reset)).status_code == 404
    await form(v, HERE, mine, email="thief@example.org", password=PASSWORD)
    link = await last_link(v, "thief@example.org")
    await form(v, "/password", mine, old=PASSWORD, password="another password")
    assert (await v.look("IN", link)).status_code == 404


async def test_mail_that_comes_back_is_told_its_owner_and_staff_and_the_log(village: Village):
    v = village
    ref = await v.withhold(post=v.asha.latest, by=v.chitra, second=v.dev)
    letter = (await letters(v))[-1]
    court = v.running.house.court
    named = msgspec.structs.replace(court.settings, mail_from="चौपाल <mail@gaanv.example>")
    assert message_ids.message_id(named, Letter(to="", subject="", body="")).endswith("@gaanv.example>")
    forged = EmailMessage()
    forged["To"], forged["Message-ID"] = letter["To"], "<1.118.00@gaanv.example>"
    for nothing in (b"", b"hello", report(forged), report(letter, action="delayed")):
        await unreached.take_report(court, nothing)
    page = {"cookie": f"chaupal={v.asha.cookie}; language=en"}
    assert COMES_BACK not in (await v.client.get("/settings", headers=page)).text
    await unreached.take_report(court, report(letter, status="5.2.2"))
    assert COMES_BACK not in (await v.client.get("/settings", headers=page)).text, "a full mailbox is one"
    case = await v.client.get(f"/office/orders/{ref}/1", headers={"cookie": f"chaupal={v.dev.cookie}; language=en"})
    assert "the mail came back, or was not taken" in case.text
    assert await unreached.take_report(court, report(letter)) == 1
    assert COMES_BACK in (await v.client.get("/settings", headers=page)).text
    log = (await v.client.get(f"/orders/{ref}/log.json")).text
    assert log.count('"failed"') == 1
    await form(v, HERE, f"chaupal={v.asha.cookie}", email=letter["To"], password=PASSWORD)
    await form(v, await last_link(v, letter["To"]), f"chaupal={v.asha.cookie}")
    assert COMES_BACK not in (await v.client.get("/settings", headers=page)).text, "it works again"
