"""The form for a post: what it shows, what comes back of it, and its times, which are those of the square's clock."""

from datetime import UTC, datetime

import msgspec

from chaupal.http.paging import Number
from chaupal.kernel.alike import like
from chaupal.kernel.clock import HOUR, MINUTE, parse_time
from chaupal.kernel.errors import Invalid, Problem, coded
from chaupal.policy import quotes
from chaupal.policy.drafts_and_scheduled import DAY, Further, PollAsked, Unsaid
from chaupal.policy.things import Picture
from chaupal.web.words import sentence

UNFOLDED = ("picture", "alt")  # fields (how their names begin) that lie folded away with the pictures
COMPOSE = "/compose"
SLOTS = range(1, 5)  # pictures of one post
SQUARE_OFFSET = 5 * HOUR + 30 * MINUTE  # of the square's time, in which pages say and ask for every time
# What a problem is about -> the field beside which it stands; all else stands beside the text.
BESIDE = {
    "captions": "captions",
    "captions_language": "captions_language",
    "more_at": "more{more_at}",
    "more": "add",
    "picture": "{picture}",
    "poll": "poll",
    "scheduled_at": "at",
    "spoiler": "spoiler",
    "language": "language",
    "media_ids": "pictures",
    "file": "pictures",
    "description": "pictures",
    "quote_approval_policy": "quote_policy",
}


class FurtherPost(msgspec.Struct, kw_only=True):
    """One of the posts that follow the first, as it is shown. `n`: by which its fields are named; any number, once."""

    n: int
    text: str = ""
    kept: list[Picture] = []
    alt: str = ""


class FurtherTyped(msgspec.Struct, kw_only=True):
    """The same as it comes back. A file comes beside it, as `more_picture` and its `n`."""

    n: Number = 0
    text: str = ""
    kept: list[Number] = []
    alt: str = ""


class PostForm(msgspec.Struct, kw_only=True):
    """What stands in the form as it is shown and as it comes back. `key` makes a form that was sent twice one post."""

    text: str = ""
    spoiler: str = ""
    visibility: str = "public"
    language: str = ""
    sensitive: bool = False
    reply_to: Number | None = None
    key: str = ""
    next: str = "/"
    draft: Number | None = None  # which of the kept drafts this is
    plan: Number | None = None  # which of the scheduled posts it is
    quoting: Number | None = None
    options: list[str] = []
    poll_for: Number = 86_400  # seconds
    multiple: bool = False
    hide_totals: bool = False
    at: str = ""  # when to say it, as a browser sends a local time
    captions_language: str = ""  # of the file `captions` that comes beside it


class Sheet(PostForm, kw_only=True):
    """The form as it is shown. `kept`: pictures that arrived before."""

    answering: str = ""  # a handle
    kept: list[Picture] = []
    error: str = ""
    wrong: str = "text"  # beside which field the error stands
    quote_policy: str = quotes.PUBLIC
    alts: list[str] = []  # what was said of pictures that did not come in: their files must be chosen again
    action: str = COMPOSE
    more: list[FurtherPost] = []
    require_alt: bool = False  # whoever writes wants no file to go out without a description

    @property
    def content(self) -> bytes:
        """All of it but its key: two forms that say the same look the same."""
        return msgspec.json.encode(msgspec.structs.replace(self, key=""))

    @property
    def blank(self) -> bool:
        """Nothing of anybody's stands in it."""
        filled = self.text or self.spoiler or self.kept or self.error or self.at or self.more
        return not (filled or any((*self.options, *self.alts)))

    @property
    def unsaid(self) -> bool:
        """It is no post yet."""
        return self.action == COMPOSE

    @property
    def unfolded(self) -> bool:
        """Whether something is filled in of the pictures, which would otherwise lie folded away."""
        return bool(any(self.alts) or self.wrong.startswith(UNFOLDED))

    @property
    def warns(self) -> bool:
        """The same of the warning."""
        return bool(self.spoiler or self.sensitive or self.wrong == "spoiler")

    @property
    def polls(self) -> bool:
        """The same of the poll."""
        return bool(any(self.options) or self.wrong == "poll")

    @property
    def waits(self) -> bool:
        """The same of the later time."""
        return bool(self.at or self.wrong == "at")


class PostTyped(PostForm, kw_only=True):
    """The form as it comes back. Files come beside it, as `picture1` to `picture4`."""

    kept: list[Number] = []
    quote_policy: str = ""
    pictured: list[Number] = []  # ids of pictures, and beside each what `described` says of it
    described: list[str] = []
    alt1: str = ""
    alt2: str = ""
    alt3: str = ""
    alt4: str = ""
    more: list[FurtherTyped] = []
    captions_of: Number | None = None  # the film whose captions are in the form, and which of them stay
    captioned: list[Number] = []

    @property
    def following(self) -> list[FurtherTyped]:
        """The posts after the first in which something stands."""
        return [one for one in self.more if one.text.strip() or one.kept]


def typed_again(typed: PostTyped, kept: dict[int, Picture], problem: Problem | None, language: str) -> Sheet:
    """The form once more, with all that was typed, and what is wrong with it (if anything) beside the field that is."""
    told = coded(problem) if problem else None
    about = told.wrong | told.places if told else {}
    wrong = next((field.format_map(about) for name, field in BESIDE.items() if name in about), "text")
    return like(
        Sheet,
        typed,
        kept=[kept[id_] for id_ in typed.kept if id_ in kept],
        error=sentence(problem, language) if problem else "",
        wrong=wrong,
        alts=[typed.alt1, typed.alt2, typed.alt3, typed.alt4],
        more=[like(FurtherPost, one, kept=[kept[id_] for id_ in one.kept if id_ in kept]) for one in typed.more],
        captions_language=typed.captions_language[:20],
    )


def poll_of(typed: PostTyped) -> PollAsked | None:
    """The poll, where an option of it was filled in."""
    options = tuple(option for option in typed.options if option.strip())
    if not options:
        return None
    return PollAsked(
        options=options, expires_in=typed.poll_for or DAY, multiple=typed.multiple, hide_totals=typed.hide_totals
    )


def following(typed: PostTyped) -> tuple[Further, ...]:
    """The posts after the first, but for those that were left empty."""
    return tuple(Further(text=one.text, pictures=tuple(one.kept)) for one in typed.following)


def numbered(typed: PostTyped) -> None:
    """Give each of the posts after the first a number of its own where a form came without."""
    known = [one.n for one in typed.more]
    if len(set(known)) < len(known) or 0 in known:
        for n, one in enumerate(typed.more, 1):
            one.n = n


def moment_of(text: str) -> int | None:
    """When (ms) a clock in the square shows this; None where it is no time."""
    at = parse_time(f"{text}+00:00")
    return None if at is None else max(at - SQUARE_OFFSET, 0)


def from_local(text: str) -> int:
    """The same. Raises Invalid."""
    at = moment_of(text)
    if at is None:
        raise Invalid("time_unreadable")
    return at


def to_local(at: int) -> str:
    """What a clock in the square shows then, as a field for a time takes it."""
    return datetime.fromtimestamp((at + SQUARE_OFFSET) / 1_000, UTC).strftime("%Y-%m-%dT%H:%M")


def unsaid_of(typed: PostTyped, ids: list[int]) -> Unsaid:
    """What was typed, as a draft keeps it. A time that is none is left out."""
    return like(
        Unsaid,
        typed,
        visibility=typed.visibility[:20],
        language=typed.language[:20],
        pictures=ids,
        poll=poll_of(typed),
        quote_policy=typed.quote_policy[:20],
        at=moment_of(typed.at) if typed.at else None,
        then=following(typed),
    )
