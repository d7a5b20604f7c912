"""What somebody has written and not said yet: what a draft or a scheduled post holds. Its author alone ever sees it."""

from collections.abc import Sequence

import msgspec

from chaupal.kernel.argument_sizes import Number

DAY = 86_400  # seconds
MOST_DRAFTS, MOST_SCHEDULED = 100, 300  # of one account


class PollAsked(msgspec.Struct, frozen=True, kw_only=True):
    """A question with its options, open for `expires_in` seconds: as it is sent (`poll[options][]`), and as it is kept."""

    options: tuple[str, ...] = ()
    expires_in: Number = DAY
    multiple: bool = False
    hide_totals: bool = False


class Further(msgspec.Struct, frozen=True, kw_only=True):
    """A post that goes on from the one before it: its words and its pictures. All else is as in the first of its series."""

    text: str = ""
    pictures: tuple[int, ...] = ()


class Unsaid(msgspec.Struct, kw_only=True):
    """As it was typed. `visibility` as on the wire, or empty; `pictures`: ids of one's uploads; `at`: when to say it (ms)."""

    text: str = ""
    spoiler: str = ""
    visibility: str = ""
    language: str = ""
    sensitive: bool = False
    reply_to: int | None = None
    pictures: Sequence[int] = ()
    poll: PollAsked | None = None
    quoting: int | None = None
    quote_policy: str = ""
    only: tuple[int, ...] | None = None  # whom it may mention; None: anybody
    at: int | None = None
    app: str = ""
    app_site: str = ""
    app_id: int = 0  # 0: the pages of this house
    country: str = ""  # where its author was: what they answer or quote is judged as from there
    then: tuple[Further, ...] = ()  # the rest of a series, said in the same commit

    @property
    def empty(self) -> bool:
        """Nothing that would be missed."""
        return not (self.text.strip() or self.spoiler.strip() or self.pictures or self.poll or self.then)

    @property
    def count(self) -> int:
        """How many posts it is."""
        return 1 + len(self.then)

    @property
    def uploads(self) -> list[int]:
        """Every upload that is named, once."""
        return list(dict.fromkeys((*self.pictures, *(id_ for one in self.then for id_ in one.pictures))))


class UnsaidPost(msgspec.Struct, frozen=True, kw_only=True):
    """A draft or a scheduled post with its row's own: `at` (ms) when it was last saved, or when it is due.

    `failed`: why a scheduled post was not said when it was due.
    """

    id: int
    account: int
    body: Unsaid
    created_at: int
    at: int
    failed: str = ""
