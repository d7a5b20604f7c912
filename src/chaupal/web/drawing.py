"""Draws cards and other repeated parts of pages once, and reuses the HTML for whoever is shown the same thing in the same way.

What is kept is keyed by all that it was drawn from. A card is what the gate showed to its viewer and what they did with it,
so a piece can say nothing to anybody that the gate did not: it saves drawing, never looking.
"""

from collections.abc import Callable, Hashable
from typing import Any

import msgspec
from markupsafe import Markup

from chaupal.kernel.clock import DAY, HOUR, MINUTE
from chaupal.kernel.shelf import Shelf
from chaupal.web.square.cards import Card

MOST, PIECES = 1_500, 300  # cards and pieces of the frame, some 5 kB each

type Macro = Callable[..., Markup]


class Frame(msgspec.Struct, frozen=True):
    """What a card is drawn into: the words and digits of its page, where its forms lead back to, who looks, whether forms have a word."""

    language: str
    native: bool
    here: str
    me: int | None
    worded: bool


class DrawnCard(msgspec.Struct, frozen=True):
    card: Card
    age: int
    html: Markup


_cards: Shelf[Any, DrawnCard] = Shelf(MOST)
_pieces: Shelf[Any, Markup] = Shelf(PIECES)


class Pen:
    """Draws one page's cards and what else is the same on many. Templates call it with the macro that draws one anew."""

    def __init__(self, frame: Frame, now: int) -> None:
        self._frame, self._now = frame, now

    def __call__(self, card: Card, draw: Macro, focal: bool, threaded: bool, on_top: bool) -> Markup:
        if card.post.poll is not None:  # the clock ends it
            return draw(card, focal, threaded, on_top)
        frame = self._frame
        mine = card.post.author == frame.me
        key = (
            card.key,
            frame.language,
            frame.native,
            frame.here,
            frame.worded,
            frame.me is None,
            mine,
            focal,
            threaded,
            on_top,
        )
        age = age_of(self._now - card.post.created_at)
        kept = _cards.items.get(key)
        if kept is None or kept.age != age or kept.card != card:
            kept = DrawnCard(card, age, draw(card, focal, threaded, on_top))
            _cards.put(key, kept)
        return kept.html

    def piece(self, name: str, draw: Macro, *made_of: Hashable) -> Markup:
        """Part of a page that rests on nothing but `made_of`, and the words and digits of the page."""
        key = (name, self._frame.language, self._frame.native, self._frame.worded, made_of)
        html = _pieces.items.get(key)
        if html is None:
            html = draw()
            _pieces.put(key, html)
        return html


def age_of(ms: int) -> int:
    """How long ago, as coarse as pages say it: the same number of ms for as long as the words are right."""
    step = next((step for limit, step in STEPS if ms < limit), HOUR)
    return ms - ms % step


STEPS = ((HOUR, MINUTE), (DAY, 15 * MINUTE))  # up to an hour by the minute, up to a day by the quarter
