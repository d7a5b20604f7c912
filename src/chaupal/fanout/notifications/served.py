"""Whoever is touched by a ruling is told, when it begins and when it ends: in the app, by a direct post, by mail.

Each telling is one row and one entry of the log, in the commit in which it is made or put off.
"""

import msgspec

from chaupal.fanout.context import Carrier
from chaupal.fanout.notifications import telling as telling_ways
from chaupal.fanout.notifications.letters import LetterDue
from chaupal.fanout.notifications.telling import ToldAccount, WordDue
from chaupal.governance.appeals import notices as court_notices
from chaupal.governance.appeals.notices import Strike
from chaupal.governance.events import NoticeAsked, RulingChanged, RulingLifted
from chaupal.kernel.clock import DAY
from chaupal.policy.sentences import ruling_texts
from chaupal.ports.mail import Letter
from chaupal.store.court import ledger, rulings, tellings
from chaupal.store.court.tellings import BEGUN, ENDED, Telling
from chaupal.store.machine.claims import Overtaken
from chaupal.store.machine.work import Writing
from chaupal.store.notifications import notifications

BY_APPEAL = ("reversed", "modified")


async def tell(carrier: Carrier, w: Writing, event: RulingChanged) -> None:
    """Told once, with ids only in the app; or put off, with the reason and the end of the silence in the log."""
    row = await rulings.ruling(w, event.ruling)
    if event.owner is None or row is None:
        return
    about = ENDED if isinstance(event, RulingLifted) else BEGUN
    strike = await court_notices.strike_of(carrier.court, w, event.ruling)
    if about == ENDED and strike.appeal is not None and strike.appeal.outcome in BY_APPEAL:
        return  # the outcome of the appeal is told, and this with it
    to = await telling_ways.ear(carrier, w, event.owner)
    telling = Telling(
        id=carrier.make_id(),
        ruling_id=row.id,
        account_id=event.owner,
        about=about,
        language=to.language,
        ways="",
        due_at=carrier.clock(),
        sent_at=None,
        gag="",
        log_index=None,
    )
    until = _silent_until(carrier, strike)
    if until is None or until > carrier.clock():
        await _put_off(carrier, w, strike, telling, until)
    elif await tellings.add(w, telling):
        await ledger.hold(w)  # two at once would not count each other, and neither be the tenth
        await _send(carrier, w, strike, telling, to)


async def again(carrier: Carrier, w: Writing, event: NoticeAsked) -> None:
    """Tell once more, by post and mail; the notification in the app is there already."""
    told = next((one for one in await tellings.about(w, event.ruling) if one.id == event.telling), None)
    if told is None or told.sent_at is None:
        return
    strike = await court_notices.strike_of(carrier.court, w, event.ruling)
    key = f"told:{event.ruling}:{told.about}:{event.at}"
    to = await telling_ways.ear(carrier, w, told.account_id)
    _send_word(carrier, w, strike, told, to, key=key, noticed=False)
    ways = telling_ways.ways_told(carrier, to)
    await _keep_language(w, told, to)
    await court_notices.note(carrier.court, w, strike, told.about, "sent", language=to.language, ways=ways)


async def release(carrier: Carrier) -> int:
    """Tell what was put off and may be told now; put off again what still may not. Each in a unit of its own. How many."""
    async with carrier.work.reading() as reading:
        due = await tellings.due(reading, carrier.clock())
    return sum([await _release(carrier, telling) for telling in due])


async def _release(carrier: Carrier, telling: Telling) -> bool:
    """False where another process was faster, or it could not be done now; what fails does not keep the others waiting."""
    try:
        async with carrier.work.writing() as w:
            await ledger.hold(w)
            if not await tellings.is_due(w, telling.id, carrier.clock()):
                return False
            strike = await court_notices.strike_of(carrier.court, w, telling.ruling_id)
            until = _silent_until(carrier, strike)
            if until is not None and until > carrier.clock():
                leaf = await court_notices.note(
                    carrier.court,
                    w,
                    strike,
                    telling.about,
                    "delayed",
                    language=telling.language,
                    until=until,
                    gag=telling.gag,
                )
                await tellings.put_off(w, telling.id, until, leaf)
            else:
                to = await telling_ways.ear(carrier, w, telling.account_id)
                await _send(carrier, w, strike, telling, to)
    except Overtaken:
        raise  # the others are not this process's, either
    except Exception as error:
        carrier.say_failed("a notice that was put off could not be given", error, telling=telling.id)
        return False
    return True


# --- parts ---


def _silent_until(carrier: Carrier, strike: Strike) -> int | None:
    """When they may be told (ms; past: at once); None: never."""
    return court_notices.silent_until(strike.order, strike.regime, strike.ruling.starts_at, carrier.clock())


async def _put_off(carrier: Carrier, w: Writing, strike: Strike, telling: Telling, until: int | None) -> None:
    gag = court_notices.gag_of(strike.order, strike.regime)
    step = "withheld" if until is None else "delayed"
    # What may never be told is due at the end of time; whoever ends the silence brings it nearer.
    late = msgspec.structs.replace(telling, due_at=until if until is not None else 2**52, gag=gag)
    if await tellings.add(w, late):
        leaf = await court_notices.note(
            carrier.court, w, strike, late.about, step, language=late.language, until=until, gag=gag
        )
        await tellings.put_off(w, late.id, late.due_at, leaf)


async def _send(carrier: Carrier, w: Writing, strike: Strike, telling: Telling, to: ToldAccount) -> None:
    """By all ways at once. The mail and the direct post leave after the commit."""
    row, account = strike.ruling, telling.account_id
    if not to.remote:
        cause = f"ruling:{row.id}:{telling.about}"
        await telling_ways.warn(carrier, w, account, strike, cause, ended=telling.about == ENDED)
    many = await notifications.since(w, account, "moderation_warning", carrier.clock() - DAY)
    if many > telling_ways.MOST_MAILS and strike.kind != "account":
        to = to._replace(email="")
    _send_word(
        carrier,
        w,
        strike,
        telling,
        to,
        key=f"told:{row.id}:{telling.about}",
        noticed=not to.remote,
        tenth=many == telling_ways.MOST_MAILS,
    )
    ways = telling_ways.ways_told(carrier, to)
    await _keep_language(w, telling, to)
    leaf = await court_notices.note(carrier.court, w, strike, telling.about, "sent", language=to.language, ways=ways)
    await tellings.sent(w, telling.id, carrier.clock(), ways, leaf)


async def _keep_language(w: Writing, telling: Telling, to: ToldAccount) -> None:
    """Note the language that is used now, not when the notice was put off: if the mail comes back, the log names the same one."""
    if telling.language != to.language:
        await tellings.spoken(w, telling.id, to.language)


def _send_word(
    carrier: Carrier,
    w: Writing,
    strike: Strike,
    telling: Telling,
    to: ToldAccount,
    *,
    key: str,
    noticed: bool,
    tenth: bool = False,
) -> None:
    """The direct post and the mail leave after the commit. `tenth`: of a day, which the letter says."""
    row, ended = strike.ruling, telling.about == ENDED
    page = carrier.settings.origin + telling_ways.notice_page(carrier, to, row.id)
    text = ruling_texts.post(row.ruling, strike.kind, to.language, ended=ended, handle=to.handle, page=page)
    w.tell(WordDue(account=to.account, text=text, key=key, language=to.language, noticed=noticed))
    if to.email:
        letter = _letter(carrier, strike, telling, to, page=page, tenth=tenth)
        w.tell(LetterDue(letter=letter))


def _letter(carrier: Carrier, strike: Strike, telling: Telling, to: ToldAccount, *, page: str, tenth: bool) -> Letter:
    settings, row = carrier.settings, strike.ruling
    own = f"{settings.origin}/@{to.handle}"
    subject, body = ruling_texts.letter(
        row.ruling,
        strike.kind,
        to.language,
        ended=telling.about == ENDED,
        tenth=tenth,
        handle=to.handle,
        page=page,
        title=settings.title_in(to.language),
        origin=settings.origin,
        link=f"{own}/{row.subject_id}" if strike.kind == "post" else own,
        appeal_by=strike.window_ends if strike.may_appeal else None,
    )
    return Letter(to=to.email, subject=subject, body=body, telling=telling.id)
