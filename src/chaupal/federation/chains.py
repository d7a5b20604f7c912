"""How far one question to other servers may lead: whoever makes us ask can make us ask a few times, and no more."""

from collections.abc import Awaitable
from time import monotonic
from urllib.parse import quote

from chaupal.federation import calling, ours
from chaupal.federation.context import Federation
from chaupal.federation.reading.values import Json
from chaupal.governance.calling import NotAnswered
from chaupal.kernel.errors import NotFound

MOST_FETCHES = 10  # for one question, whatever is found on the way
JRD = ("application/jrd+json", "application/json")
MOST_JRD = 50_000  # bytes
PATIENCE = (
    60.0  # seconds after which one question leads no further: servers that are slow keep nobody else waiting for long
)
GONE = 410


class NotThere(NotFound):
    """Nothing that could be believed is there. `why`: a word for logs; `gone`: it was, and its server says that it is deleted;
    `passing`: their server may answer later."""

    def __init__(self, *, why: str, gone: bool = False, passing: bool = False) -> None:
        super().__init__()
        self.why = why
        self.gone = gone
        self.passing = passing


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

    async def thing(self, url: str) -> Json:
        """The thing with this id as its own server says it; by the address of its page, the thing that is shown there.

        Raises NotThere.
        """
        self.spend()
        self._check_not_ours(url)
        return await self._had(calling.get(self._fed, url, by=self.by))

    async def part(self, url: str) -> Json:
        """A page of a collection. Raises NotThere."""
        self.spend()
        self._check_not_ours(url)
        return await self._had(calling.part(self._fed, url, by=self.by))

    async def jrd(self, handle: str) -> bytes:
        """What the host of a name says of it (RFC 7033). Raises NotThere."""
        self.spend()
        scheme = "http" if self._fed.settings.federation_test else "https"
        where = f"{scheme}://{handle.partition('@')[2]}/.well-known/webfinger"
        self._check_not_ours(where)
        url = f"{where}?resource={quote(f'acct:{handle}', safe='')}"
        return (await self._had(calling.plain(self._fed, url, JRD[0], JRD, most=MOST_JRD))).body

    def _check_not_ours(self, url: str) -> None:
        if ours.is_ours(self._fed.settings, url):
            raise NotThere(why="ours")

    async def _had[T](self, asked: Awaitable[T]) -> T:
        try:
            return await asked
        except NotAnswered as error:
            raise NotThere(
                why=str(error), gone=error.status == GONE, passing=not error.status or error.status >= 500
            ) from error
