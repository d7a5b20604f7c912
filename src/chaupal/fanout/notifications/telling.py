"""How somebody is told something: who they are, their language, and the direct post and the letter that leave after the commit."""

from typing import Any, NamedTuple

import msgspec

from chaupal.fanout.context import Carrier
from chaupal.fanout.notifications.letters import LetterDue
from chaupal.governance.appeals import by_link
from chaupal.governance.appeals.notices import Strike
from chaupal.kernel.event import Event
from chaupal.kernel.page_languages import spoken
from chaupal.policy.facts import Visibility
from chaupal.policy.sentences import complaint_texts, ruling_texts
from chaupal.policy.viewer import Role, Viewer
from chaupal.ports.mail import Letter
from chaupal.social.people.accounts import SYSTEM_MARK
from chaupal.social.posts import posts
from chaupal.store.machine import marks
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.notifications import notifications
from chaupal.store.square import naming, posting

# Letters of a day to one person about demands, and so many about single posts and pictures: an order may name a thousand things of
# theirs. Of further ones they hear in the app and by message.
MOST_MAILS = 10


class ToldAccount(NamedTuple):
    """An account to be told something; `email` is empty for one that nobody logs into."""

    account: int
    email: str
    language: str
    handle: str

    @property
    def remote(self) -> bool:
        """On another server: a message that is delivered there is the only way to them, for no notice here is seen by anybody."""
        return "@" in self.handle


async def ear(carrier: Carrier, reading: Reading, account: int) -> ToldAccount:
    found = await notifications.address(reading, account)
    if found is not None:
        email, language, handle = found
        return ToldAccount(account, email, language or carrier.settings.default_language, handle)
    handle = await notifications.handle(reading, account)
    # Of somebody elsewhere we know at most in which language they write: no actor says which one it reads.
    theirs = spoken(await naming.last_spoken(reading, account)) if "@" in handle else ""
    return ToldAccount(account, "", theirs or carrier.settings.default_language, handle)


def notice_page(carrier: Carrier, to: ToldAccount, ruling: int) -> str:
    """The path under which somebody reads of a ruling on them, and appeals: those who cannot log in here, by a link of their own."""
    return by_link.path(carrier.court, ruling, to.account) if to.remote else ruling_texts.notice_page(ruling)


def ways_told(carrier: Carrier, to: ToldAccount) -> str:
    """By which ways they are told of a ruling, as the log calls them; by none where we talk to no other server any more, and by mail
    only where somebody carries it.
    """
    if to.remote:
        return "server" if carrier.settings.federates else ""
    return "app post mail" if to.email and carrier.mail.carries else "app post"


async def speaker(reading: Reading, otherwise: int) -> int:
    """In whose name the house speaks."""
    return reading.memory.house or int(await marks.read(reading, SYSTEM_MARK) or otherwise)


async def warn(carrier: Carrier, w: Writing, account: int, strike: Strike, cause: str, **more: Any) -> None:
    """In the app, of a ruling on them: ids only. `more` is told beside them."""
    row, order = strike.ruling, {"order": strike.order.ref} if strike.order else {}
    body = msgspec.json.encode({"ruling": row.id, "subject": row.subject_id, "kind": strike.kind} | order | more)
    by = await speaker(w, account)
    await notifications.add(w, carrier.make_id(), account, "moderation_warning", by=by, cause=cause, body=body.decode())


def answer(
    carrier: Carrier,
    w: Writing,
    to: ToldAccount,
    kind: str,
    *,
    path: str,
    key: str,
    day: int | None = None,
    noticed: bool = False,
    **facts: str,
) -> str:
    """Tell somebody a text of `policy.sentences` by direct post and letter once this unit is committed; the ways that are used.

    `noticed`: a notification in the app says it already.
    """
    settings = carrier.settings
    page = settings.origin + path
    text = complaint_texts.post(kind, to.language, handle=to.handle, page=page, day=day, **facts)
    w.tell(WordDue(account=to.account, text=text, key=key, language=to.language, noticed=noticed))
    if to.email:
        write(carrier, w, to.email, to.language, kind, path=path, name=f"@{to.handle}", day=day, **facts)
    return ways_told(carrier, to).removeprefix("app ")


def write(carrier: Carrier, w: Writing, email: str, language: str, kind: str, *, path: str, **facts: Any) -> None:
    """The letter alone."""
    w.tell(LetterDue(letter=letter(carrier, email, language, kind, path=path, **facts)))


def letter(carrier: Carrier, email: str, language: str, kind: str, *, path: str, **facts: Any) -> Letter:
    """`facts`: as `complaint_texts.letter` takes them."""
    title, origin = carrier.settings.title_in(language), carrier.settings.origin
    subject, body = complaint_texts.letter(kind, language, title=title, origin=origin, page=origin + path, **facts)
    return Letter(to=email, subject=subject, body=body)


class WordDue(Event, frozen=True):
    """The house has something to tell an account: `text` of its own, that begins with their handle. `key`: said once to each.

    `noticed`: a notification of its own says the same, so the post stands among their messages and makes no second one.
    """

    shared = False

    account: int
    text: str
    key: str
    language: str
    noticed: bool = False


async def say(carrier: Carrier, w: Writing, event: WordDue) -> None:
    """Publish it to that one person. Nothing follows from such a post but that they are told."""
    house = await speaker(w, 0)
    if not house:
        return
    viewer = Viewer(account=house, country=carrier.settings.home_country, role=Role.SYSTEM, language=event.language)
    draft = posts.Draft(text=event.text, visibility=Visibility.DIRECT, language=event.language)
    post = await posts.prepare(carrier.square, w, viewer, draft)
    if await posting.say_once(w, house, f"{event.account}:{event.key}", post.id):
        await posts.enter(w, post, quiet=event.noticed)
