"""The first steps of a new member, each on a page that may be passed over: languages, people with reasons, a first post."""

from typing import Any

from chaupal.http.call import Answer, Call
from chaupal.http.route import PAGE, Nothing, Route, get
from chaupal.policy.surface import Surface
from chaupal.web import pages
from chaupal.web.square import meeting, tongues, writing
from chaupal.web.words import N_

MEET = 5
LANGUAGES, PEOPLE, POST = "/welcome/languages", "/welcome/people", "/welcome/post"


async def languages(call: Call[Nothing]) -> Answer:
    return await _step(call, 1, N_("Which languages do you read?"), **tongues.strip(call))


async def people(call: Call[Nothing]) -> Answer:
    """Five whom one may like to follow; those who are followed already make room for others."""
    return await _step(call, 2, N_("Follow a few people"), meet=await meeting.introduced(call, MEET))


async def first_post(call: Call[Nothing]) -> Answer:
    return await _step(call, 3, N_("Say something"), **writing.form(call, await writing.blank(call)))


async def _step(call: Call[Nothing], step: int, title: str, **context: Any) -> Answer:
    steps = (LANGUAGES, PEOPLE, POST)
    return await pages.render(call, "joining/first_steps.html", step=step, steps=steps, titled=title, **context)


ROUTES: tuple[Route, ...] = (
    get(LANGUAGES, languages, Surface.OWN, **PAGE),
    get(PEOPLE, people, Surface.SUGGEST, **PAGE),
    get(POST, first_post, Surface.OWN, **PAGE),
)
