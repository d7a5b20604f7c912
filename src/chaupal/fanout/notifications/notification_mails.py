"""Notifications by mail: what waited half an hour and was not read, in one letter, as the law stands when it is written.

What waits is a moment in time. The letter holds no words of people, and whom the gate does not show is not in it.
"""

from chaupal.fanout.context import Carrier
from chaupal.fanout.notifications.letters import LetterDue
from chaupal.policy.sentences import notification_mail_texts, push_texts
from chaupal.policy.sentences.notification_mail_texts import Line
from chaupal.policy.viewer import SUSPENDED, Role, Surface, Viewer
from chaupal.ports.mail import Letter
from chaupal.reads.page import Cursor
from chaupal.reads.people import notifications, people
from chaupal.reads.people.notifications import NotificationsAsked, NotificationSeen
from chaupal.social.people.listening import KINDS, stop_path
from chaupal.store.identity import accounts
from chaupal.store.machine.claims import Overtaken
from chaupal.store.notifications import notification_mails, notifications as rows
from chaupal.store.notifications.notification_mails import DueMail

AT_ONCE = 100


async def write_due(carrier: Carrier) -> int:
    """Write the letters that are due; one that cannot be written stands in no other's way. How many accounts were looked at."""
    async with carrier.work.reading() as reading:
        found = await notification_mails.due(reading, AT_ONCE)
    for one in found:
        try:
            await _write(carrier, one)
        except Overtaken:
            raise  # the others are not this process's, either
        except Exception as error:
            carrier.say_failed("a letter could not be written", error, account=one.account)
    return len(found)


async def _write(carrier: Carrier, to: DueMail) -> None:
    told = await _unread(carrier, to)
    async with carrier.work.writing() as w:
        # In one commit with the letter: said once, even if the house falls over in between.
        if await notification_mails.claim(w, to.account, told[0].id if told else None) and told:
            w.tell(LetterDue(letter=_letter(carrier, to, told)))


async def _unread(carrier: Carrier, to: DueMail) -> list[NotificationSeen]:
    """What this person may see of what they have not read, the newest first."""
    async with carrier.work.reading() as reading:
        if await accounts.standing_of(reading, to.account) == SUSPENDED:
            return []
        role = Role(await accounts.role_of(reading, to.account) or Role.MEMBER)
        read = next((one.last_read for one in await rows.markers_of(reading, to.account, ("notifications",))), 0)
    # A letter is read who knows where: as for every country that is not known, the server's own counts.
    viewer = Viewer(
        account=to.account,
        country=carrier.settings.home_country,
        country_known=False,
        role=role,
        language=to.language or carrier.settings.default_language,
    )
    asked = NotificationsAsked(kinds=[kind for kind in KINDS if kind in to.kinds.split()])
    if not asked.kinds:
        return []
    page = await notifications.page(carrier.reads, viewer, Cursor(limit=notification_mail_texts.MOST + 1), asked)
    found = [one for one in page.items if one.id > max(read, to.mailed) and not (one.post and one.post.withheld)]
    seen = await people.people(carrier.reads, viewer, Surface.MAIL, {one.person.item.id for one in found})
    shown = {one.item.id for one in seen if not one.withheld}
    return [one for one in found if one.person.item.id in shown]


def _letter(carrier: Carrier, to: DueMail, told: list[NotificationSeen]) -> Letter:
    settings = carrier.settings
    stop, language = settings.origin + stop_path(settings, to.account), to.language or settings.default_language
    subject, body = notification_mail_texts.letter(
        to.handle,
        [_line(one) for one in told],
        language,
        title=settings.title_in(language),
        origin=settings.origin,
        stop=stop,
    )
    return Letter(to=to.email, subject=subject, body=body, stop=stop)


def _line(notification: NotificationSeen) -> Line:
    person, post = notification.person.item, notification.post.item if notification.post else None
    theirs = post is not None and post.author == person.id
    path = f"/@{person.handle}/{post.id}" if post is not None and theirs else "/notifications"
    direct = push_texts.is_message(notification.kind, post)
    return Line(
        notification.kind, person.handle, direct, "/requests" if notification.kind == "follow_request" else path
    )
