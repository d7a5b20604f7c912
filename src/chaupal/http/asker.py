"""Who asks, as far as the headers say: cached by headers, since apps send the same ones again and again."""

import functools
from collections.abc import Mapping

from chaupal.http.asgi_scope import Pairs, joined_headers
from chaupal.kernel.page_languages import LANGUAGES, READ_IN_HINDI
from chaupal.kernel.secrets import digest
from chaupal.kernel.settings import Settings
from chaupal.kernel.shelf import Shelf
from chaupal.policy.viewer import Caller, Viewer
from chaupal.ports.country import Locator

# Only those who are known are remembered, so that nobody floods it; and no head that is longer than that of a browser.
REMEMBERED, LONGEST = 500, 4_000

type Head = tuple[str | tuple[bytes, bytes], ...]


class Asker:
    """What a head says, and nothing that changes. `token`: the digest of what an app shows, empty where it shows nothing.

    `caller`, `viewer`: as whom they came last; who a token stands for is looked up each time.
    """

    __slots__ = ("address", "caller", "cookies", "head", "headers", "stranger", "token", "viewer")

    def __init__(self, peer: str, headers: Mapping[str, str], settings: Settings, locator: Locator) -> None:
        place = locator.place(peer, headers)
        language = page_language(headers.get("accept-language", ""), settings.default_language)
        token = bearer(headers.get("authorization", ""))
        self.head: Head = ()
        self.headers = headers
        self.cookies = parse_cookies(headers.get("cookie", ""))
        self.address = place.address
        self.token = digest(token) if token is not None else ""
        self.stranger = self.viewer = Viewer(country=place.country, country_known=place.known, language=language)
        self.caller: Caller | None = None


class Askers:
    """Those who were known lately, by their heads."""

    def __init__(self, settings: Settings, locator: Locator) -> None:
        self._settings = settings
        self._locator = locator
        self._known: Shelf[Head, Asker] = Shelf(REMEMBERED)

    def of_head(self, peer: str, pairs: Pairs) -> Asker:
        """By the head as it came."""
        head = (peer, *pairs)
        asker = self._known.items.get(head)
        if asker is None:
            asker = self.by_headers(peer, joined_headers(pairs))
            asker.head = head
        return asker

    def by_headers(self, peer: str, headers: Mapping[str, str]) -> Asker:
        """By headers that were read already."""
        return Asker(peer, headers, self._settings, self._locator)

    def came_as(self, asker: Asker, caller: Caller, viewer: Viewer) -> None:
        """Remember as whom somebody came."""
        asker.caller, asker.viewer = caller, viewer
        head, asker.head = asker.head, ()
        if head and sum(len(name) + len(value) for name, value in head[1:]) < LONGEST:
            self._known.put(head, asker)


def bearer(header: str) -> str | None:
    """The token of an Authorization header, or None."""
    kind, _, token = header.partition(" ")
    return token.strip() if kind.lower() == "bearer" and token.strip() else None


def parse_cookies(header: str) -> dict[str, str]:
    if not header:
        return {}
    pairs = (part.strip().partition("=") for part in header.split(";") if "=" in part)
    return {name: value.strip('"') for name, _, value in pairs}


def page_language(header: str, otherwise: str) -> str:
    """The language of pages: the best of ours that the browser asks for; of one that asks for others alone the one that is rather read
    beside them; `otherwise` where it asks for none.
    """
    asked = _asked_languages(header)
    ours = accepted_language(header)
    if ours is not None or not asked:
        return ours or otherwise
    return "hi" if asked[0] in READ_IN_HINDI else "en"


def accepted_language(header: str) -> str | None:
    """The best of our languages that the browser asks for (RFC 9110 §12.5.4), or None."""
    return next((tag for tag in _asked_languages(header) if tag in LANGUAGES), None)


@functools.lru_cache(1_000)
def _asked_languages(header: str) -> tuple[str, ...]:
    """What the browser asks for, the best first; `*` is none."""
    asked: list[tuple[float, str]] = []
    for part in header.split(",")[:20]:
        tag, _, weight = part.partition(";")
        try:
            q = float(weight.strip().removeprefix("q=")) if weight else 1.0
        except ValueError:
            continue
        asked.append((-q, tag.strip().lower().split("-")[0]))
    return tuple(tag for q, tag in sorted(asked, key=lambda pair: pair[0]) if q < 0 and tag not in ("", "*"))
