"""What pages of the court share: the words their templates use, and how a problem is shown beside what was typed."""

from typing import Any

import msgspec

from chaupal.http.call import Answer, Call
from chaupal.http.paging import Number
from chaupal.kernel.errors import Problem
from chaupal.web import pages
from chaupal.web.court import courtly, disputewords
from chaupal.web.words import by_field


class SheetAsked(msgspec.Struct, kw_only=True):
    """What the page is about, by its id; `done`: what was just done there."""

    id: Number
    done: str = ""


async def render(
    call: Call[Any], template: str, title: str, problem: Problem | None = None, status: int = 0, **context: Any
) -> Answer:
    """`title` is a key of the catalogues; `status`: of a page on which nothing is wrong, if another than 200."""
    told: dict[str, Any] = {
        "errors": by_field(problem, call.viewer.language) if problem else {},
        "stopped": courtly.stopped(call, problem) if problem else "",
        "words": disputewords,
    }
    known = courtly.names(call) | told | context
    return await pages.render(call, template, status or (problem.status if problem else 200), titled=title, **known)
