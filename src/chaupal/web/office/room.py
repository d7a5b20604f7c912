"""What the pages of the office share: how they are drawn, what went wrong, and how time that is left is said."""

from functools import partial
from typing import Any

from chaupal.governance.cases import ladder
from chaupal.http.call import Answer, Call, Handler, Route, Shape, get, post
from chaupal.kernel.clock import HOUR
from chaupal.kernel.errors import Problem, coded
from chaupal.policy.viewer import Surface
from chaupal.web.court import courtly
from chaupal.web.office import deskwords
from chaupal.web.words import N_, by_field, fault_text, words

LATE, SOON, CALM = "late", "soon", "calm"
SOON_WITHIN = 6 * HOUR


def page(path: str, run: Handler, may: str = "see_office", **more: Any) -> Route:
    """The row of a page of the office. `may`: a word of `roles.MAY`."""
    return get(path, run, Surface.OFFICE, **{"shape": Shape.PAGE, "may": may} | more)


def form(path: str, run: Handler, may: str, **more: Any) -> Route:
    """The row of what is sent from one."""
    return post(path, run, Surface.OFFICE, **{"shape": Shape.PAGE, "may": may} | more)


async def render(
    call: Call[Any], template: str, title: str, problem: Problem | None = None, status: int = 0, **context: Any
) -> Answer:
    """A page of the office; `problem`: what could not be done, said beside what was typed."""
    return await courtly.render(call, template, title, problem, status, **names(call) | context)


def stopped(call: Call[Any], problem: Problem | None) -> str:
    """Why something was not done, in the viewer's language; nothing where it was."""
    return "" if problem is None else courtly.stopped(call, problem)


def explained(call: Call[Any], problem: Problem | None) -> str:
    """The same where no field stands beside it: everything that is wrong, in one line."""
    if problem is None or not coded(problem).wrong:
        return stopped(call, problem)
    return " ".join(by_field(problem, call.viewer.language).values())


def names(call: Call[Any]) -> dict[str, Any]:
    """What the desk's templates use besides the court's."""
    w = deskwords
    return {
        "measures": w.MEASURES, "closings": ladder.closings,
        "decided": w.DECIDED, "stages": w.STAGES, "steps": w.STEPS, "clocks": w.CLOCKS,
        "roles": w.ROLES, "duties": w.DUTIES, "speakers": w.SPEAKERS, "sources": w.SOURCES, "surfaces": w.SURFACES,
        "looks": w.LOOKS, "turns": w.TURNS, "left": partial(left, call), "hurry": partial(hurry, call), "spent": partial(spent, call),
        "why": partial(fault_text, language=call.viewer.language), "tuple_of": tuple_of,
    }  # fmt: skip


def left(call: Call[Any], due: int) -> str:
    """`2 hours left`, `3 days late`: in words, so that no colour is needed to know it."""
    said, now = words(call.viewer.language), call.house.reads.clock()
    span = said.span(abs(due - now))
    return said.gettext(N_("%s late") if due < now else N_("%s left")) % span


def hurry(call: Call[Any], due: int) -> str:
    """The colour class that goes with the words of `left`."""
    now = call.house.reads.clock()
    return LATE if due < now else SOON if due < now + SOON_WITHIN else CALM


def spent(call: Call[Any], starts: int, due: int) -> int:
    """How many per cent of the time are over."""
    over = round(100 * (call.house.reads.clock() - starts) / max(1, due - starts))
    return max(0, min(100, over))


def tuple_of(territory: str) -> tuple[str, ...]:
    """Countries as a ruling's row has them."""
    return tuple(territory.split(","))
