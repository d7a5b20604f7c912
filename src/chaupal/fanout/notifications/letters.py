"""Letters leave after the commit that made them due: they are events of their own, tried again until the carrier takes them, or
whoever keeps the mailbox says that there is none.

One with a link that lets somebody in is made as it is sent, so that no secret ever stands in the outbox.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from chaupal.fanout.context import Carrier
from chaupal.governance.appeals import notices
from chaupal.governance.context import Court
from chaupal.governance.events import AuthorityChangeProposed, OfficeCodesGuessed, OfficeUserInvited
from chaupal.governance.orders import authorities, portal
from chaupal.kernel.event import Event
from chaupal.kernel.logger import log
from chaupal.policy.sentences.placeholders import moment
from chaupal.ports.mail import Letter, is_gone
from chaupal.social import mail_proofs
from chaupal.social.events import (
    CodesGuessed,
    ConfirmationAsked,
    EmailChangeAsked,
    LeavingAsked,
    LetIn,
    PasswordResetAsked,
    TurnedAway,
)
from chaupal.social.people import accounts
from chaupal.social.signin import password_and_email, signin_mails
from chaupal.social.signin.signin_mails import UNTAKEN_KEPT
from chaupal.store.court import tellings
from chaupal.store.identity import apps, leaving, logins
from chaupal.store.machine import outbox
from chaupal.store.machine.work import Writing

if TYPE_CHECKING:
    from email.message import EmailMessage, MIMEPart


class LetterDue(Event, frozen=True):
    """A mail is to be sent. It stands in the outbox until it is, and where it is given up for `UNTAKEN_KEPT` more."""

    shared = False

    letter: Letter

    @property
    def concerns(self) -> object:
        return self.letter.to


async def send(carrier: Carrier, event: LetterDue) -> None:
    await carrier.mail.send(event.letter)


async def confirmation(carrier: Carrier, event: ConfirmationAsked) -> None:
    await accounts.mail_confirmation(carrier.square, event.account)


async def reset(carrier: Carrier, event: PasswordResetAsked) -> None:
    await password_and_email.mail_reset(carrier.square, event.account)


async def new_address(carrier: Carrier, event: EmailChangeAsked) -> None:
    await password_and_email.mail_email_link(carrier.square, event.account)


async def let_in(carrier: Carrier, w: Writing, event: LetIn) -> None:
    login = await logins.login_of(w, event.account)
    if login is not None:
        w.tell(
            LetterDue(letter=signin_mails.letter(signin_mails.LET_IN, carrier.settings, login, "/login?next=/welcome"))
        )


async def turned_away(carrier: Carrier, w: Writing, event: TurnedAway) -> None:
    w.tell(LetterDue(letter=signin_mails.letter(signin_mails.TURNED_AWAY, carrier.settings, event, "/public")))


async def leaving_asked(carrier: Carrier, w: Writing, event: LeavingAsked) -> None:
    """Nothing, where they thought again meanwhile."""
    login, at = await logins.login_of(w, event.account), await leaving.leaves(w, event.account)
    if login is not None and at is not None:
        day = moment(at, signin_mails.language_of(carrier.settings, login))
        told = signin_mails.letter(signin_mails.LEAVES, carrier.settings, login, "/settings/deletion", day=day)
        w.tell(LetterDue(letter=told))


async def guessed(carrier: Carrier, event: CodesGuessed) -> None:
    async with carrier.work.reading() as reading:
        login = await logins.login_of(reading, event.account)
    if login is not None:
        await carrier.mail.send(signin_mails.letter(signin_mails.GUESSED, carrier.settings, login, "/password"))


async def invitation(carrier: Carrier, event: OfficeUserInvited) -> None:
    await portal.mail_invitation(carrier.court, carrier.mail, event.user)


async def guessed_at_portal(carrier: Carrier, event: OfficeCodesGuessed) -> None:
    await portal.mail_guessed(carrier.court, carrier.mail, event.user)


async def change_proposed(carrier: Carrier, event: AuthorityChangeProposed) -> None:
    await authorities.mail_change(carrier.court, carrier.mail, event.authority)


async def tidy(carrier: Carrier) -> None:
    """Drop letters that no carrier took, since names, addresses and words stand in them."""
    async with carrier.work.writing() as w:
        await outbox.drop_given_up(w, LetterDue, w.now() - UNTAKEN_KEPT)


LONGEST = 10_000_000  # bytes of a report: it may hold the letter itself


class Failure(NamedTuple):
    """A letter that was not delivered: its name, to whom it went, and whether there is no such mailbox."""

    name: str
    to: str
    gone: bool


async def given_up(carrier: Carrier, w: Writing, event: LetterDue) -> None:
    """No carrier took the letter, however often it was tried. The address is not blamed for it."""
    await undelivered(carrier.court, w, event.letter.telling)


async def gone(court: Court, w: Writing, to: str, telling: int) -> None:
    """There is no such mailbox."""
    login = await logins.named(w, to)
    if login is not None:
        await logins.unreached(w, login.account)
        await apps.forget_callers(w, login.account)
    await undelivered(court, w, telling)


async def undelivered(court: Court, w: Writing, telling: int) -> None:
    """Of a notice that reached nobody by mail the log says so, once. 0: it was none."""
    told = await tellings.by_id(w, telling) if telling else None
    if told is None or not await tellings.returned(w, told.id):
        return
    strike = await notices.strike_of(court, w, told.ruling_id)
    await notices.note(court, w, strike, told.about, "failed", language=told.language, ways="mail")


async def take_report(court: Court, report: bytes) -> int:
    """Note what a report says came back, of letters that did leave this server; of how many."""
    noted = 0
    try:
        failures = [*_failures(report)]
    except Exception as error:
        log.info("a report of mail cannot be read", error=error)
        return noted
    async with court.work.writing() as w:
        for failure in failures:
            telling = mail_proofs.telling_of_message(court.settings, failure.name, failure.to)
            if telling is None:
                continue
            noted += 1
            await (gone(court, w, failure.to, telling) if failure.gone else undelivered(court, w, telling))
    return noted


def _failures(report: bytes) -> Iterator[Failure]:
    """What a report says of letters, as far as it can be read: anybody can send us one."""
    import email.policy

    parts = [*email.message_from_bytes(report, policy=email.policy.default).walk()]
    failed = [str(part.get("Status", "")) for part in parts if str(part.get("Action", "")).strip().lower() == "failed"]
    for letter in _letters_in(parts) if failed else ():
        yield Failure(str(letter.get("Message-ID", "")), str(letter.get("To", "")), any(map(is_gone, failed)))


def _letters_in(parts: "list[EmailMessage]") -> "Iterator[MIMEPart]":
    """The letter that came back, whole or its headers alone."""
    import email.policy

    for part in parts:
        if part.get_content_type() == "message/rfc822":
            yield from part.iter_parts()
        elif part.get_content_type() == "text/rfc822-headers":
            yield email.message_from_string(part.get_content(), policy=email.policy.default)
