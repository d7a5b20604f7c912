"""Two looks at one store: a house that keeps its answers, and beside it one that has kept nothing and composes each anew."""

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import msgspec

from chaupal.app.rooms import joined
from chaupal.app.wiring import ROUTES
from chaupal.http.answer import Dispatcher, Request
from chaupal.http.call import Answer, House, Route, Shape
from chaupal.ports.country import Locator
from chaupal.ports.homes_local import LocalHomes
from chaupal.ports.meter_local import LocalMeter
from chaupal.web.errors import error_page
from chaupal.web.words import in_words
from village import Village, Villager

# What differs between two answers to the same question: a mask of the visitor's word, what makes a form one deed,
# when it was drawn (a page may say so for a minute), and what is talked about and who might be met, which each process
# counts now and then.
PASSING = re.compile(
    rb'(name="csrf" value="|name="key" value="|data-made=")[^"]*|<section class="talk(?: meet)?">.*?</section>'
    rb'|<h2 class="list-head">[^<]*</h2>\s*<div class="person"(?:(?!<h2|<section).)*?<a class="button second" href="/explore/people">',
    re.DOTALL,
)


@dataclass(frozen=True)
class Question:
    """A page or an answer of the API: as whom, from which country. `path` without its query."""

    who: str  # a handle; empty: a stranger
    country: str
    path: str
    query: str = ""

    def asker(self) -> tuple[str, str]:
        return self.who, self.country


def _routes() -> list[tuple[re.Pattern[str], Route]]:
    found: list[tuple[re.Pattern[str], Route]] = []
    for route in ROUTES:
        if route.method == "GET" and route.kept:
            names = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route.path)
            found.append((re.compile(f"{names}$"), route))
    return sorted(found, key=lambda pair: pair[1].path.count("{"))


KEPT_ROUTES = _routes()


async def _nothing() -> tuple[dict[str, Any], dict[str, Any]]:
    return {}, {}


class Mirror:
    """`stale`: the questions to which the kept answer is not what would be composed anew.

    `at`: the process that is asked; the village's own where none is named.
    """

    def __init__(self, village: Village, fresh: House, at: House | None = None) -> None:
        self.village = village
        self._fresh = fresh
        house = at or village.running.house
        self._keeping, self._composing = self._dispatcher(house), self._dispatcher(fresh)

    @staticmethod
    def _dispatcher(house: House) -> Dispatcher:
        return Dispatcher(
            house, Locator(house.settings, lambda address: None), LocalMeter(house.square.clock), error_page, in_words
        )

    async def kept(self, asked: Question) -> bytes:
        """As the house answers it."""
        return await self._ask(self._keeping, asked)

    async def anew(self, asked: Question) -> bytes:
        """As it is composed of what the one beside has read since it last forgot."""
        return await self._ask(self._composing, asked)

    def forget(self) -> None:
        """For the house beside it is as if nobody had ever asked."""
        self._fresh.square.work.memory.forget_all()
        homes: Any = self._fresh.reads.homes
        homes.__init__()

    async def stale(self, questions: list[Question]) -> list[Question]:
        """All that is composed anew for one asker rests on one reading of the store, in which nobody else has asked; and the
        other way round, so that what one answer leaves behind for the next is not the same in both.
        """
        kept, anew = dict[Question, bytes](), dict[Question, bytes]()
        for _, asked in groupby(sorted(questions, key=Question.asker), Question.asker):
            some = list(asked)
            self.forget()
            kept |= {one: await self.kept(one) for one in some}
            anew |= {one: await self.anew(one) for one in reversed(some)}
        return [one for one in questions if kept[one] != anew[one]]

    async def _ask(self, dispatcher: Dispatcher, asked: Question) -> bytes:
        route, found = next((route, found) for pattern, route in KEPT_ROUTES if (found := pattern.match(asked.path)))
        cookies, headers = {"look_as": asked.country, "language": "hi"}, {"accept-language": "hi"}
        if asked.who:
            who: Villager = self.village.cast[asked.who]
            if route.shape is Shape.PAGE:
                cookies["chaupal"] = who.cookie
            else:
                headers["authorization"] = f"Bearer {who.token}"
        headers["cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        request = Request("127.0.0.1", headers, found.groupdict(), asked.query, asked.path, _nothing)
        answer: Answer = await dispatcher.answer(route, request)
        told = [
            f"{answer.status} {answer.mime}",
            *(f"{name}: {value}" for name, value in answer.headers if name == "link"),
        ]
        body = PASSING.sub(rb"\1", answer.body) if route.shape is Shape.PAGE else answer.body
        return "\n".join(told).encode() + b"\n" + b" ".join(body.split())


@asynccontextmanager
async def mirrored(village: Village, at: House | None = None) -> AsyncGenerator[Mirror]:
    """A mirror of the village (or of the process `at` that serves it, too), on its own connections to the same store."""
    settings = msgspec.structs.replace(village.running.house.settings, keep_answers=False)
    fresh = await joined(settings, village.clock, beside=True)
    reads = msgspec.structs.replace(fresh.reads, homes=LocalHomes())
    try:
        yield Mirror(village, msgspec.structs.replace(fresh, reads=reads), at)
    finally:
        await fresh.square.work.close()
