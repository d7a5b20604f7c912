"""The public register: every order that came, sought and followed; its story, what was done about it and why, and where the log says so."""

from datetime import date, timedelta
from functools import partial
from typing import Annotated, Any

import msgspec
from markupsafe import escape
from msgspec import Meta

from chaupal.governance.log import cosigned as log_cosigned, lost_entries
from chaupal.governance.orders import statements
from chaupal.http.call import OPEN_PAGE, Answer, Call, Nothing, Route, Shape, get, redirect
from chaupal.http.paging import Paged
from chaupal.kernel.argument_sizes import Word
from chaupal.kernel.errors import NotFound
from chaupal.policy.measures import labels
from chaupal.policy.sentences import placeholders
from chaupal.policy.viewer import Surface
from chaupal.reads.court import record, servers
from chaupal.reads.court.record import RegisterLine, Sought, StoryLine
from chaupal.reads.page import Cursor
from chaupal.web import links, pages
from chaupal.web.court import courtly
from chaupal.web.court.courtly import GROUNDS
from chaupal.web.court.statements import in_language
from chaupal.web.square import atom
from chaupal.web.words import N_, Words, words

type From = Annotated[int, Meta(ge=1, le=1_000_000)]


class OrderAsked(msgspec.Struct, kw_only=True):
    """An order by its public reference; `first`: from which target on; `entry`: or those among which this entry of the log limits one."""

    ref: str
    first: From = 1
    entry: Annotated[int, Meta(ge=0, le=2**53)] | None = None


OUTCOMES = {
    "withheld": N_("in force"),
    "refused": N_("refused"),
    "ended": N_("restored"),
    "pending": N_("under review"),
    "not_found": N_("not found here"),
    "own_rules": N_("acted on under this server's own rules"),
}
FEED = 20  # orders in a feed


class RegisterAsked(Paged, kw_only=True):
    """What is looked for: words, an authority's id, a law's id, a country's code, one of OUTCOMES, days such as 2026-11-27.

    What cannot be read filters nothing: an address that somebody kept goes on working.
    """

    q: Word = ""
    authority: Word = ""
    law: Word = ""
    country: Word = ""
    outcome: Word = ""
    since: Word = ""
    until: Word = ""

    @property
    def filled(self) -> dict[str, str]:
        """What is asked for, without what is empty."""
        asked = {
            name: getattr(self, name).strip()
            for name in ("q", "authority", "law", "country", "outcome", "since", "until")
        }
        return {name: text for name, text in asked.items() if text}

    @property
    def authority_id(self) -> int:
        """The authority's id; 0 for what is no id."""
        text = self.authority
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0

    @property
    def sought(self) -> Sought:
        first, last = _day(self.since), _day(self.until)
        return Sought(
            q=self.q,
            authority=self.authority_id,
            law=self.law,
            country=self.country.upper(),
            states=record.OUTCOMES.get(self.outcome, ()),
            since=0 if first is None else placeholders.begins(first),
            until=2**62 if last is None else placeholders.begins(last + timedelta(days=1)),
        )


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if 1970 <= found.year < 2200 else None


async def register(call: Call[RegisterAsked]) -> Answer:
    page = await record.register(call.house.reads, call.args.cursor(), call.args.sought)
    who, laws = await record.issuers(call.house.reads)
    asked = call.args.filled
    return await pages.render(
        call,
        "register/orders.html",
        found=page,
        titled=N_("Register of orders"),
        asked=asked,
        issuers=who,
        laws=[(id_, _law(call, id_)) for id_ in laws],
        lands=sorted({one.jurisdiction for one in who}),
        kinds_of_end=OUTCOMES,
        turn=partial(links.query, "/orders", **asked),
        feed=links.query("/orders/feed.atom", **asked),
        **courtly.names(call),
    )


def _law(call: Call[Any], id_: str) -> str:
    """The title of a law in the viewer's language; its id where none is in force any more."""
    try:
        title = call.house.court.regimes.current(id_, call.house.court.clock()).title
    except NotFound:
        return id_
    return title.in_language(call.viewer.language)


async def orders_atom(call: Call[RegisterAsked]) -> Answer:
    """What the register says of the newest orders, as they are sought, for a feed reader."""
    said, origin, asked = words(call.viewer.language), call.house.settings.origin, call.args.filled
    found = await record.register(call.house.reads, Cursor(limit=FEED), call.args.sought)
    stories = await record.stories(call.house.reads, found.items)
    named = said.gettext(N_("Register of orders"))
    head = atom.AtomFeed(
        address=origin + links.query("/orders/feed.atom", **asked),
        title=f"{named} · {call.house.settings.title_in(call.viewer.language)}",
        author=call.house.settings.domain,
        language=call.viewer.language,
        link=origin + links.query("/orders", **asked),
    )
    return atom.answer(call, head, [_entry(call, line, stories[line.order.id]) for line in found.items])


def _entry(call: Call[Any], line: RegisterLine, story: tuple[StoryLine, ...]) -> atom.AtomEntry:
    said = words(call.viewer.language)
    address = f"{call.house.settings.origin}/orders/{line.order.ref}"
    told = "".join(f"<li>{said.day(one.at)}: {escape(sentence(one, said))}</li>" for one in story)
    return atom.AtomEntry(
        id=address,
        link=address,
        title=f"{line.order.ref} · {courtly.called(line.authority, call.viewer.language)}",
        updated=max((one.at for one in story), default=line.order.received_at),
        published=line.order.received_at,
        html=f"<ol>{told}</ol>",
    )


async def order(call: Call[OrderAsked]) -> Answer:
    try:
        asked = call.args
        story = await record.story(call.house.reads, call.viewer, asked.ref, first=asked.first, entry=asked.entry)
    except NotFound:  # whoever was given this address finds what is known of it
        if (entry := await lost_entries.entry_of(call.house.court, call.args.ref)) is None:
            raise
        return redirect(f"/log/entries/{entry}")
    own = courtly.own_matter(call, story.order)
    title = words(call.viewer.language).gettext(N_("Order %s") if own is None else N_("Matter %s")) % story.order.ref
    said = await statements.about(call.house.court, story.order.ref)
    spoken = partial(in_language, language=call.viewer.language)
    return await pages.render(
        call,
        "register/order.html",
        story=story,
        own=own,
        tale=partial(sentence, words=words(call.viewer.language)),
        statements=said,
        spoken=spoken,
        title=title,
        standing=await log_cosigned.standing(call.house.court),
        **courtly.names(call),
    )


async def limited_servers(call: Call[Nothing]) -> Answer:
    """What is limited of whole servers, as everybody reads it."""
    return await pages.render(
        call,
        "servers.html",
        found=await servers.limited(call.house.reads),
        done=labels("done"),
        federation=call.house.settings.federation,
        titled=N_("Limits of other servers"),
    )


ROUTES: tuple[Route, ...] = (
    get("/orders", register, Surface.RECORD, **OPEN_PAGE),
    get("/orders/feed.atom", orders_atom, Surface.RECORD, shape=Shape.FILE, public=True, limit=(120, 60)),
    get("/orders/{ref}", order, Surface.RECORD, **OPEN_PAGE),
    get("/about/servers", limited_servers, Surface.RECORD, **OPEN_PAGE),
)


STEPS = {
    "receive": N_("The order came in."),
    "open": N_("The matter was opened."),
    "acknowledge": N_("The server told the authority that it had the order."),
    "check": N_("Its form was checked: who signed it, on which ground, what exactly it names."),
    "return_order": N_("It was sent back to the authority, because something was missing."),
    "mend": N_("The authority mended what was missing."),
    "replace": N_("The authority sent a mended version, which took its place."),
    "ask": N_("The server asked the authority what was meant."),
    "answer": N_("The authority answered."),
    "set_hearing": N_("A hearing was set for %(until)s."),
    "hold_hearing": N_("The hearing was held."),
    "meet": N_("The server and the authority met."),
    "write": N_("The server and the authority wrote to each other."),
    "verify_origin": N_("It was checked with the authority that the order is its own."),
    "object": N_("The server objected to the order."),
    "challenge": N_("The order was challenged before this body: %(body)s"),
    "confirm": N_("The authority confirmed its emergency order."),
    "report_effect": N_("The authority was told what had been done."),
    "withdraw": N_("The authority withdrew the order; everything it had limited was shown again."),
    "set_aside": N_("It was set aside, and everything it had limited was shown again, by: %(body)s"),
    "stay": N_("It was halted for the time being by: %(body)s"),
    "end_stay": N_("The halt was ended by: %(body)s"),
    "close": N_("The order was closed."),
    "withdraw_some": N_("The authority withdrew a part of the order; what that part had limited was shown again."),
    "set_aside_some": N_("A part of it was set aside, and what that part had limited was shown again, by: %(body)s"),
    "stay_some": N_("A part of it was halted for the time being by: %(body)s"),
    "end_stay_some": N_("The halt of a part of it was ended by: %(body)s"),
    "extend": N_("What it limits was extended until %(until)s by: %(body)s"),
    "renew": N_("What it limits was renewed until %(until)s by: %(body)s"),
    "amend": N_("What it limits was made less by: %(body)s"),
}
# Whose act it was. The name of a court or a committee is free text, and private.
BODIES = {
    "authority": N_("the authority"),
    "court": N_("a court"),
    "review_committee": N_("the review committee"),
    "secretary": N_("the secretary in charge"),
    "house": N_("this server"),
    "other": N_("another body"),
}
# How many of its targets came to a state on one day.
CAME_TO = {
    "in_force": N_("Limited, as two people decided: %(many)s"),
    "unseconded": N_("Limited by one person for a short time: %(many)s"),
    "refused": N_("Refused, as two people decided: %(many)s"),
    "closed": N_("Closed without a measure: %(many)s"),
    "undecided": N_("Over before anything was decided: %(many)s"),
    "own_rules": N_("Acted on under this server's own rules: %(many)s"),
    "not_found": N_("Not found on this server: %(many)s"),
    "unread": N_("Named twice, on another server, or unreadable: %(many)s"),
    "lifted": N_("Limited no more: %(many)s"),
    "lapsed": N_("Limited no more, because the time ran out: %(many)s"),
    "overturned": N_("Limited no more, after an appeal: %(many)s"),
    "ended_by_log": N_("Limited no more, as the log says of a time that this server had lost: %(many)s"),
    "confirmed": N_("Limited from now on under the order that confirmed this one: %(many)s"),
}


def sentence(line: StoryLine, words: Words) -> str:
    """One line of the story. Numbers are grouped as the reader groups them."""
    if line.state:
        return words.gettext(CAME_TO[line.state]) % {"many": words.number(line.many)}
    until = words.moment(line.until) if line.until is not None else ""
    body = words.gettext(BODIES[line.body or "other"])
    told = words.gettext(STEPS.get(line.verb, line.verb)) % {"until": until, "body": body}
    grounds = [words.gettext(GROUNDS[code]) for code in line.codes if code in GROUNDS]
    return " · ".join((told, *grounds))
