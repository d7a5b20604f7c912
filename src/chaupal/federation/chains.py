"""How far one question to other servers may lead: whoever makes us ask can make us ask a few times, and no more."""

from collections.abc import Awaitable
from time import monotonic
from urllib.parse import quote

import msgspec

from chaupal.federation import calling, ours
from chaupal.federation.context import Federation
from chaupal.federation.reading.values import Json, same_host
from chaupal.governance.http_client import NotAnswered
from chaupal.kernel.errors import NotFound
from chaupal.text.page_head import activity_of

MOST_FETCHES = 10  # for one question, whatever is found on the way
JRD, HTML = "application/jrd+json", "text/html"
# The others as sites of plain files serve one without an ending: people have themselves found under the name of their blog.
JRD_KINDS = (JRD, "application/json", "text/json", "text/plain", "application/octet-stream")
MOST_JRD = 50_000  # bytes
# Seconds after which one question leads no further: servers that are slow keep nobody else waiting for long.
PATIENCE = 60.0
OK, GONE = 200, 410


class NotThere(NotFound):
    """Nothing that could be believed is there. `why`: a word for logs; `gone`: it was, and its server says that it is deleted;
    `passing`: their server may answer later; `other`: something stands there that is nothing for servers."""

    def __init__(self, *, why: str, gone: bool = False, passing: bool = False, other: bool = False) -> None:
        super().__init__()
        self.why = why
        self.gone = gone
        self.passing = passing
        self.other = other


class Link(msgspec.Struct):
    """What a host says of one address of somebody's. What else it says there (Lemmy says more, and not in words) is not read."""

    rel: str | None = None
    type: str | None = None
    href: str | None = None
    template: str | None = None


class Jrd(msgspec.Struct):
    """What a host says of a name (RFC 7033 §4.4), as far as it is read."""

    subject: str = ""
    links: list[Link] = []


class Chain:
    """How far one question may lead: so many documents, of whatever servers. `by`: in whose name (an account; 0: the house's)."""

    __slots__ = ("_fed", "_until", "by", "left")

    def __init__(self, fed: Federation, *, left: int = MOST_FETCHES, by: int = 0) -> None:
        self._fed = fed
        self.left = left
        self.by = by
        self._until = monotonic() + PATIENCE

    def spend(self) -> None:
        """One more. Raises NotThere where it is one too many, or too late for it."""
        if self.left <= 0:
            raise NotThere(why="too_far")
        if monotonic() > self._until:
            raise NotThere(why="too_slow", passing=True)
        self.left -= 1

    async def whole(self, url: str) -> Json:
        """The thing with this id as its own server says it; by the address of its page, the thing that is shown there.

        Raises NotThere.
        """
        self.spend()
        self._check_not_ours(url)
        return await self._had(calling.get(self._fed, url, by=self.by))

    async def whole_by_page(self, url: str) -> Json:
        """The same, also of a page that stands there for everybody and says where the thing is. Raises NotThere."""
        try:
            return await self.whole(url)
        except NotThere as problem:
            if not problem.other:
                raise
        self.spend()
        page = await self._had(calling.plain(self._fed, url, HTML, (HTML,)))
        there = activity_of(page.body, url)
        if not same_host(there, url):
            raise NotThere(why="a_page")
        return await self.whole(there)

    async def partial(self, url: str) -> Json:
        """A page of a collection. Raises NotThere."""
        self.spend()
        self._check_not_ours(url)
        return await self._had(calling.partial(self._fed, url, by=self.by))

    async def jrd(self, handle: str) -> Jrd:
        """What the host of a name says of it. Raises NotThere."""
        self.spend()
        scheme = "http" if self._fed.settings.federation_test else "https"
        where = f"{scheme}://{handle.partition('@')[2]}/.well-known/webfinger"
        self._check_not_ours(where)
        url = f"{where}?resource={quote(f'acct:{handle}', safe='')}"
        answered = await self._had(calling.plain(self._fed, url, JRD, JRD_KINDS, most=MOST_JRD))
        try:
            return msgspec.json.decode(answered.body, type=Jrd)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise NotThere(why="no_jrd") from error

    def _check_not_ours(self, url: str) -> None:
        if ours.is_ours(self._fed.settings, url):
            raise NotThere(why="ours")

    async def _had[T](self, asked: Awaitable[T]) -> T:
        try:
            return await asked
        except NotAnswered as error:
            gone, other = error.status == GONE, error.status == OK
            raise NotThere(why=str(error), gone=gone, passing=error.passing, other=other) from error
