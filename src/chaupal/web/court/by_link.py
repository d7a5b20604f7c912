"""What was decided about somebody on another server, for whoever has the link that told them: the same page, and the appeal."""

from typing import Any

import msgspec

from chaupal.governance.appeals import appeals, by_link, counter
from chaupal.http.call import Answer, Call, Route, Shape, get, post
from chaupal.http.paging import Number
from chaupal.kernel.errors import or_not_found
from chaupal.policy.surface import Surface
from chaupal.web.court import disputes
from chaupal.web.court.disputes import Ways


class RulingByLink(msgspec.Struct, kw_only=True):
    """A ruling, and the word by which its link opens it; `done`: what was just done there."""

    id: Number
    word: str
    done: str = ""


class AppealByLink(msgspec.Struct, kw_only=True):
    """What somebody writes: an appeal, or a word in the one that they filed."""

    id: Number
    word: str
    text: str = ""


class CounterNoticeByLink(msgspec.Struct, kw_only=True):
    """A counter-notice: what its author declares, by the codes of the law's fields."""

    id: Number
    word: str
    declared: dict[str, str] = {}


async def show(call: Call[RulingByLink]) -> Answer:
    return await disputes.page(call, call.args.id, ways=await _ways_of_link(call))


async def appeal(call: Call[AppealByLink]) -> Answer:
    ways = await _ways_of_link(call)
    filing = appeals.file(call.house.court, ways.viewer, call.args.id, call.args.text)
    return await disputes.act_on(call, call.args.id, filing, "?done=appealed#appeal", ways)


async def say(call: Call[AppealByLink]) -> Answer:
    ways = await _ways_of_link(call)
    saying = appeals.say(call.house.court, ways.viewer, await _appealed(call, ways), call.args.text)
    return await disputes.act_on(call, call.args.id, saying, "?done=said#appeal", ways)


async def withdraw(call: Call[AppealByLink]) -> Answer:
    ways = await _ways_of_link(call)
    ending = appeals.withdraw(call.house.court, ways.viewer, await _appealed(call, ways))
    return await disputes.act_on(call, call.args.id, ending, "#appeal", ways)


async def answer_notice(call: Call[CounterNoticeByLink]) -> Answer:
    """File a counter-notice."""
    ways = await _ways_of_link(call)
    filing = counter.file(call.house.court, ways.viewer, call.args.id, call.args.declared)
    return await disputes.act_on(call, call.args.id, filing, "?done=said#counter", ways)


async def _ways_of_link(call: Call[Any]) -> Ways:
    """As whom they come. Raises NotFound for a link that we did not give."""
    args = call.args
    viewer = await by_link.viewer(call.house.court, args.id, args.word, call.viewer.language)
    page = f"{by_link.PATH}/{args.id}/{args.word}"
    return Ways(viewer, page, f"{page}/counter", f"{page}/messages", f"{page}/withdraw", "")


async def _appealed(call: Call[Any], ways: Ways) -> int:
    """The appeal against this very ruling: the link opens no other. Raises NotFound."""
    found = or_not_found(
        next(
            (row for row in await appeals.of_viewer(call.house.court, ways.viewer) if row.ruling_id == call.args.id),
            None,
        )
    )
    return found.id


LINK: dict[str, Any] = {"shape": Shape.PAGE, "public": True, "unblocked": True}
PAGE = f"{by_link.PATH}/{{id}}/{{word}}"

ROUTES: tuple[Route, ...] = (
    get(PAGE, show, Surface.OWN, limit=(60, 600), **LINK),
    post(f"{PAGE}/appeal", appeal, Surface.OWN, limit=(20, 600), **LINK),
    post(f"{PAGE}/messages", say, Surface.OWN, limit=(30, 600), **LINK),
    post(f"{PAGE}/withdraw", withdraw, Surface.OWN, limit=(20, 600), **LINK),
    post(f"{PAGE}/counter", answer_notice, Surface.OWN, limit=(20, 600), **LINK),
)
