"""What was decided about oneself, page by page: what, where, by which law and whose demand, until when, why, and the appeal.

For who is logged in; and for somebody on another server, who has the link that told them (`word`).
"""

from collections.abc import Awaitable, Sequence
from functools import partial
from typing import Any, NamedTuple

import msgspec

from chaupal.governance.appeals import appeals, by_link, counter, notices, outside
from chaupal.governance.appeals.notices import Strike
from chaupal.governance.log import cosigned as log_cosigned
from chaupal.http.call import Answer, Call, Nothing, Route, Shape, get, post, redirect
from chaupal.http.paging import Number, TextById
from chaupal.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, Problem, or_not_found
from chaupal.policy.sentences import ruling_texts
from chaupal.policy.viewer import Surface, Viewer
from chaupal.reads.timelines import thread
from chaupal.web.court import courtly, reportwords
from chaupal.web.court.courtly import SheetAsked
from chaupal.web.square.cards import Card, cards
from chaupal.web.words import N_
from chaupal_audit.report.tables.cells import Kind


class CounterNoticeTyped(msgspec.Struct, kw_only=True):
    """A counter-notice: what its author declares, by the codes of the law's fields."""

    id: Number
    declared: dict[str, str] = {}


class SheetByLink(SheetAsked, kw_only=True):
    """The same, and the word by which a link opens it."""

    word: str


class TextByLink(TextById, kw_only=True):
    """What somebody writes who has the link: an appeal, or a word in the one that they filed."""

    word: str


class CounterNoticeByLink(CounterNoticeTyped, kw_only=True):
    """A counter-notice of somebody who has the link."""

    word: str


class Ways(NamedTuple):
    """As whom somebody reads of a ruling, and where the forms on its page lead; `all` is empty where there is no list for them."""

    viewer: Viewer
    page: str
    counter: str
    messages: str
    withdraw: str
    all: str

    @property
    def appeal(self) -> str:
        return f"{self.page}/appeal"


async def _ways(call: Call[Any], ruling: int) -> Ways:
    """Of whoever has a link, or is logged in. Raises NotFound for a link that we did not give."""
    word = getattr(call.args, "word", None)
    if word is not None:
        viewer = await by_link.viewer(call.house.court, ruling, word, call.viewer.language)
        page = by_link.PAGE.format(id=ruling, word=word)
        return Ways(viewer, page, f"{page}/counter", f"{page}/messages", f"{page}/withdraw", "")
    page = f"{STRIKES}/{ruling}"
    return Ways(call.viewer, page, f"{page}/counter", f"{APPEALS}/{{}}/messages", f"{APPEALS}/{{}}/withdraw", STRIKES)


async def front(call: Call[Nothing]) -> Answer:
    """Addresses that people shorten: what one finds below them stands in one list."""
    return redirect(STRIKES)


async def strikes(call: Call[Nothing]) -> Answer:
    """Everything that was decided about oneself, and what strikes lead to."""
    court = call.house.court
    found = await notices.of_viewer(court, call.viewer)
    book = court.rules.current(court.clock())
    return await courtly.render(
        call,
        "disputes/strikes.html",
        N_("Decisions about you"),
        found=found,
        lines=lines(call, found),
        thresholds=book.strikes.thresholds,
        counting=notices.strikes_that_count(court, found),
    )


async def strike(call: Call[SheetAsked]) -> Answer:
    return await page(call, call.args.id)


async def appeal(call: Call[TextById]) -> Answer:
    """File an appeal."""
    ways = await _ways(call, call.args.id)
    filing = appeals.file(call.house.court, ways.viewer, call.args.id, call.args.text)
    return await act_on(call, call.args.id, filing, "?done=appealed#appeal", ways)


async def say(call: Call[TextById]) -> Answer:
    ways, ruling, filed = await _appealed(call)
    saying = appeals.say(call.house.court, ways.viewer, filed, call.args.text)
    return await act_on(call, ruling, saying, "?done=said#appeal", ways)


async def answer_notice(call: Call[CounterNoticeTyped]) -> Answer:
    """File a counter-notice."""
    ways = await _ways(call, call.args.id)
    filing = counter.file(call.house.court, ways.viewer, call.args.id, call.args.declared)
    return await act_on(call, call.args.id, filing, "?done=said#counter", ways)


async def withdraw(call: Call[TextById]) -> Answer:
    ways, ruling, filed = await _appealed(call)
    return await act_on(call, ruling, appeals.withdraw(call.house.court, ways.viewer, filed), "#appeal", ways)


async def _appealed(call: Call[TextById]) -> tuple[Ways, int, int]:
    """(ways, ruling, appeal) of the appeal that is named, or by a link of the one against its very ruling: it opens no other.

    Raises NotFound.
    """
    court, id_ = call.house.court, call.args.id
    if not isinstance(call.args, TextByLink):
        row, _ = await appeals.appeal(court, call.viewer, id_)
        return await _ways(call, row.ruling_id), row.ruling_id, id_
    ways = await _ways(call, id_)
    filed = (row.id for row in await appeals.of_viewer(court, ways.viewer) if row.ruling_id == id_)
    return ways, id_, or_not_found(next(filed, None))


async def act_on(call: Call[Any], ruling: int, act: Awaitable[object], shown: str, ways: Ways | None = None) -> Answer:
    """Do something about a ruling, and on to its page (`shown`: what of it). What cannot be taken is said there, beside what was typed."""
    ways = ways or await _ways(call, ruling)
    try:
        await act
    except (Invalid, Conflict, NotAllowed) as problem:
        return await page(call, ruling, problem, ways)
    return redirect(f"{ways.page}{shown}")


async def page(call: Call[Any], id_: int, problem: Problem | None = None, ways: Ways | None = None) -> Answer:
    """The page of one ruling; `problem`: with what was typed there. Raises NotFound."""
    ways = ways or await _ways(call, id_)
    found = await notices.by_id(call.house.court, ways.viewer, id_)
    (line,) = lines(call, [found]).values()
    mine = found.ruling.owner_id == ways.viewer.me
    return await courtly.render(
        call,
        "disputes/strike.html",
        N_("A decision about you") if mine else N_("A decision"),
        problem,
        strike=found,
        line=line,
        standing=await log_cosigned.standing(call.house.court),
        card=await _card(call, found, ways.viewer),
        ways=ways,
        rule=_rule(call, found),
        typed=getattr(call.args, "text", ""),
        done=getattr(call.args, "done", ""),
        mine=mine,
        elsewhere=await outside.of_ruling(call.house.court, ways.viewer, id_),
        answered=await counter.of_ruling(call.house.court, ways.viewer, id_),
        minute=partial(reportwords.cell_text, kind=Kind.time, language=call.viewer.language),
        may_answer=counter.is_open(found),
        declared=getattr(call.args, "declared", {}),
    )


async def _card(call: Call[Any], strike: Strike, viewer: Viewer) -> Card | None:
    """The post that it is about, as its author still sees it."""
    if strike.kind != "post":
        return None
    try:
        seen = await thread.post(call.house.reads, viewer, strike.ruling.subject_id)
    except NotFound:
        return None
    shown = await cards(call, [seen])
    # What limits it is said on this very page.
    return msgspec.structs.replace(shown[0], beside=()) if shown else None


def _rule(call: Call[Any], strike: Strike) -> str:
    """The words of the rule of the house that was broken, as it stood."""
    if not strike.ruling.rule:
        return ""
    return call.house.court.rules.cited(strike.ruling.rule).text.in_language(call.viewer.language)


def lines(call: Call[Any], found: Sequence[Strike]) -> dict[int, str]:
    """Ruling -> what it does, in a line of the viewer's language."""
    language = call.viewer.language
    return {
        one.ruling.id: ruling_texts.line(
            one.ruling.ruling, one.kind, language, ended=not one.in_force and not one.counts
        )
        for one in found
    }


OWN: dict[str, Any] = {"shape": Shape.PAGE, "suspended": True}
LINK: dict[str, Any] = {"shape": Shape.PAGE, "public": True, "unblocked": True}
STRIKES, APPEALS = "/disputes/strikes", "/disputes/appeals"

ROUTES: tuple[Route, ...] = (
    get("/disputes", front, Surface.OWN, **OWN),
    get(APPEALS, front, Surface.OWN, **OWN),
    get(STRIKES, strikes, Surface.OWN, **OWN),
    get(f"{STRIKES}/{{id}}", strike, Surface.OWN, **OWN),
    post(f"{STRIKES}/{{id}}/appeal", appeal, Surface.OWN, limit=(20, 600), **OWN),
    post(f"{STRIKES}/{{id}}/counter", answer_notice, Surface.OWN, limit=(20, 600), **OWN),
    post(f"{APPEALS}/{{id}}/messages", say, Surface.OWN, limit=(30, 600), **OWN),
    post(f"{APPEALS}/{{id}}/withdraw", withdraw, Surface.OWN, **OWN),
    get(by_link.PAGE, strike, Surface.OWN, limit=(60, 600), takes=SheetByLink, **LINK),
    post(f"{by_link.PAGE}/appeal", appeal, Surface.OWN, limit=(20, 600), takes=TextByLink, **LINK),
    post(f"{by_link.PAGE}/messages", say, Surface.OWN, limit=(30, 600), takes=TextByLink, **LINK),
    post(f"{by_link.PAGE}/withdraw", withdraw, Surface.OWN, limit=(20, 600), takes=TextByLink, **LINK),
    post(f"{by_link.PAGE}/counter", answer_notice, Surface.OWN, limit=(20, 600), takes=CounterNoticeByLink, **LINK),
)
