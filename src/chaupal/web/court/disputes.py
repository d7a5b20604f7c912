"""What was decided about oneself, page by page: what, where, by which law and whose demand, until when, why, and the appeal."""

from collections.abc import Awaitable, Sequence
from functools import partial
from typing import Any, NamedTuple

import msgspec

from chaupal.governance.appeals import appeals, counter, notices, outside
from chaupal.governance.appeals.notices import Strike
from chaupal.governance.log import cosigned as log_cosigned
from chaupal.http.call import Answer, Call, Nothing, Route, Shape, get, post, redirect
from chaupal.http.paging import Number, TextById
from chaupal.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, Problem
from chaupal.policy.sentences import ruling_texts
from chaupal.policy.surface import Surface
from chaupal.policy.viewer import Viewer
from chaupal.reads.timelines import thread
from chaupal.web.court import reportwords, sheet
from chaupal.web.court.sheet import SheetAsked
from chaupal.web.square.cards import Card, cards
from chaupal.web.words import N_
from chaupal_audit.report.tables.cells import Kind


class CounterNoticeTyped(msgspec.Struct, kw_only=True):
    """A counter-notice: what its author declares, by the codes of the law's fields."""

    id: Number
    declared: dict[str, str] = {}


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


def own_ways(call: Call[Any], ruling: int) -> Ways:
    """Of whoever is logged in."""
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
    return await sheet.render(
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
    filing = appeals.file(call.house.court, call.viewer, call.args.id, call.args.text)
    return await act_on(call, call.args.id, filing, "?done=appealed#appeal")


async def say(call: Call[TextById]) -> Answer:
    row, _ = await appeals.appeal(call.house.court, call.viewer, call.args.id)
    saying = appeals.say(call.house.court, call.viewer, row.id, call.args.text)
    return await act_on(call, row.ruling_id, saying, "?done=said#appeal")


async def answer_notice(call: Call[CounterNoticeTyped]) -> Answer:
    """File a counter-notice."""
    filing = counter.file(call.house.court, call.viewer, call.args.id, call.args.declared)
    return await act_on(call, call.args.id, filing, "?done=said#counter")


async def withdraw(call: Call[TextById]) -> Answer:
    row, _ = await appeals.appeal(call.house.court, call.viewer, call.args.id)
    return await act_on(call, row.ruling_id, appeals.withdraw(call.house.court, call.viewer, row.id), "#appeal")


async def act_on(call: Call[Any], ruling: int, act: Awaitable[object], shown: str, ways: Ways | None = None) -> Answer:
    """Do something about a ruling, and on to its page (`shown`: what of it). What cannot be taken is said there, beside what was typed."""
    ways = ways or own_ways(call, ruling)
    try:
        await act
    except (Invalid, Conflict, NotAllowed) as problem:
        return await page(call, ruling, problem, ways)
    return redirect(f"{ways.page}{shown}")


async def page(call: Call[Any], id_: int, problem: Problem | None = None, ways: Ways | None = None) -> Answer:
    """The page of one ruling; `problem`: with what was typed there. Raises NotFound."""
    ways = ways or own_ways(call, id_)
    found = await notices.by_id(call.house.court, ways.viewer, id_)
    (line,) = lines(call, [found]).values()
    mine = found.ruling.owner_id == ways.viewer.me
    return await sheet.render(
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
    text = call.house.court.rules.cited(strike.ruling.rule).text
    return text.hi if call.viewer.language == "hi" else text.en


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
)
