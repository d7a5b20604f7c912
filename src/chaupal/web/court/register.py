"""The public register: every order that came, sought and followed; what was done about it and why, and where the log says so."""

from datetime import date, timedelta
from functools import partial
from typing import Annotated, Any

import msgspec
from markupsafe import escape
from msgspec import Meta

from chaupal.governance.log import cosigned as log_cosigned
from chaupal.governance.orders import statements
from chaupal.http.call import Answer, Call
from chaupal.http.paging import Paged
from chaupal.http.route import Route, Shape, get
from chaupal.kernel.errors import NotFound
from chaupal.policy import placeholders
from chaupal.policy.surface import Surface
from chaupal.reads.court import record
from chaupal.reads.court.record import Happened, Line, Sought
from chaupal.reads.page import Cursor
from chaupal.web import links, pages
from chaupal.web.court import courtly, ordertale
from chaupal.web.court.statements import in_language
from chaupal.web.square import atom
from chaupal.web.words import N_, words

type From = Annotated[int, Meta(ge=1, le=1_000_000)]


class OrderAsked(msgspec.Struct, kw_only=True):
    """An order by its public reference; `first`: from which target on."""

    ref: str
    first: From = 1


OUTCOMES = {
    "withheld": N_("withheld"),
    "refused": N_("refused"),
    "ended": N_("restored"),
    "pending": N_("under review"),
    "not_found": N_("not found here"),
    "own_rules": N_("acted on under this server's own rules"),
}
FEED = 20  # orders in a feed
type Word = Annotated[str, Meta(max_length=200)]


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
    def whose(self) -> int:
        """The authority's id; 0 for what is no id."""
        text = self.authority
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0

    @property
    def sought(self) -> Sought:
        first, last = _day(self.since), _day(self.until)
        return Sought(
            q=self.q,
            authority=self.whose,
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
    title = words(call.viewer.language).gettext(N_("Register of orders"))
    asked = call.args.filled
    return await pages.render(
        call,
        "register/orders.html",
        found=page,
        title=title,
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
    return title.hi if call.viewer.language == "hi" else title.en


async def orders_atom(call: Call[RegisterAsked]) -> Answer:
    """What the register says of the newest orders, as they are sought, for a feed reader."""
    said, origin, asked = words(call.viewer.language), call.house.settings.origin, call.args.filled
    found = await record.register(call.house.reads, Cursor(limit=FEED), call.args.sought)
    stories = await record.stories(call.house.reads, found.items)
    named = said.gettext(N_("Register of orders"))
    head = atom.AtomFeed(
        address=origin + links.query("/orders/feed.atom", **asked),
        title=f"{named} · {said.gettext(call.house.settings.title)}",
        author=call.house.settings.domain,
        language=call.viewer.language,
        link=origin + links.query("/orders", **asked),
    )
    return Answer(
        atom.written(head, [_entry(call, line, stories[line.order.id]) for line in found.items]), mime=atom.MIME
    )


def _entry(call: Call[Any], line: Line, story: tuple[Happened, ...]) -> atom.AtomEntry:
    said = words(call.viewer.language)
    address = f"{call.house.settings.origin}/orders/{line.order.ref}"
    told = "".join(f"<li>{said.day(one.at)}: {escape(ordertale.sentence(one, said))}</li>" for one in story)
    return atom.AtomEntry(
        id=address,
        link=address,
        title=f"{line.order.ref} · {courtly.called(line.authority, call.viewer.language)}",
        updated=max((one.at for one in story), default=line.order.received_at),
        published=line.order.received_at,
        html=f"<ol>{told}</ol>",
    )


async def order(call: Call[OrderAsked]) -> Answer:
    story = await record.story(call.house.reads, call.viewer, call.args.ref, first=call.args.first)
    own = courtly.own(call, story.order)
    title = words(call.viewer.language).gettext(N_("Order %s") if own is None else N_("Matter %s")) % story.order.ref
    said = await statements.about(call.house.court, story.order.ref)
    spoken = partial(in_language, language=call.viewer.language)
    return await pages.render(
        call,
        "register/order.html",
        story=story,
        own=own,
        tale=partial(ordertale.sentence, words=words(call.viewer.language)),
        statements=said,
        spoken=spoken,
        title=title,
        standing=await log_cosigned.standing(call.house.court),
        **courtly.names(call),
    )


ROUTES: tuple[Route, ...] = (
    get("/orders", register, Surface.RECORD, shape=Shape.PAGE, public=True, takes=RegisterAsked),
    get(
        "/orders/feed.atom",
        orders_atom,
        Surface.RECORD,
        shape=Shape.FILE,
        public=True,
        takes=RegisterAsked,
        limit=(120, 60),
    ),
    get("/orders/{ref}", order, Surface.RECORD, shape=Shape.PAGE, public=True, takes=OrderAsked),
)
