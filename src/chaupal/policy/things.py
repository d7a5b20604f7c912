"""The things the gate judges, as the store hands them out: a post and a person."""

from typing import ClassVar, Self

import msgspec
from msgspec.structs import replace

from chaupal.policy.facts import Subject, Visibility
from chaupal.policy.shell import Shelled
from chaupal.policy.verdict import Show


class Mention(msgspec.Struct, frozen=True):
    """Somebody named in a post."""

    id: int
    handle: str


class Tag(msgspec.Struct, frozen=True):
    """A tag as typed, and the key it is counted under (K2)."""

    name: str
    key: str


class Captions(msgspec.Struct, frozen=True):
    """Words to read along with a film or sound, in one language; their text is asked for by the id."""

    id: int
    language: str


class Picture(msgspec.Struct, frozen=True):
    """An attachment: an image, a film or a sound, with its alt text. Sizes in pixels, `focus` in -1..1.

    `kind`: image, gifv (moves without sound, again and again), video, audio. `state`: waiting to be painted, ready or
    failed; or remote, on another server (`remote_url`) and fetched when somebody looks. `length` in ms, `bitrate` in bits a
    second. `root`: the first upload of the same content, 0: this one. `key` signs the passes by which apps that ask without a
    token say as whom they do (`policy.filed`); it is shown to nobody.
    """

    id: int
    mime: str
    description: str
    blurhash: str
    width: int
    height: int
    small_width: int
    small_height: int
    focus: tuple[float, float] = (0.0, 0.0)
    kind: str = "image"
    key: str = ""
    state: str = "ready"
    length: int = 0
    frame_rate: str = ""
    bitrate: int = 0
    root: int = 0
    captions: tuple[Captions, ...] = ()
    remote_url: str = ""

    @property
    def shown(self) -> bool:
        """Whether there is something to look at, here or to be fetched."""
        return self.state in ("ready", "remote")

    @property
    def content(self) -> int:
        """The same for every upload of the same bytes by the same account."""
        return self.root or self.id


class Emoji(msgspec.Struct, frozen=True):
    """A picture of another server that stands for `:name:` in what its people say. `key`: of its file here."""

    name: str
    key: str


class LinkCard(msgspec.Struct, frozen=True):
    """What a link in a post leads to. `image`: the key of a file painted by us, or ""; sizes in pixels.

    `key` signs passes to that file, as a picture's does. `creator`: the account here that the page names
    as its author, or 0; whether that one lists the page's site, and who may see them, is looked at each time it is shown.
    """

    url: str
    title: str
    description: str = ""
    author: str = ""
    author_url: str = ""
    provider: str = ""
    provider_url: str = ""
    language: str = ""
    image: str = ""
    width: int = 0
    height: int = 0
    blurhash: str = ""
    key: str = ""
    creator: int = 0


class Option(msgspec.Struct, frozen=True):
    """One answer of a poll, and how many chose it."""

    title: str
    votes: int = 0


# ms: a poll that ends then has no end. The last day of the calendar begins then, so it is a day by the clocks of every country.
NO_END = 253_402_214_400_000


class Poll(msgspec.Struct, frozen=True):
    """A question with its answers, open until `ends_at` (ms). `voters`: people, of whom each may have several votes."""

    options: tuple[Option, ...]
    ends_at: int
    multiple: bool = False
    hide_totals: bool = False
    voters: int = 0

    @property
    def has_end(self) -> bool:
        return self.ends_at < NO_END

    @property
    def votes(self) -> int:
        return sum(option.votes for option in self.options)

    @property
    def uncounted(self) -> Self:
        """As it was asked."""
        return replace(self, options=tuple(Option(option.title) for option in self.options), voters=0)


class Post(Shelled, frozen=True):
    """A post or a repost (`boost_of`). `html` is the rendered text; times in ms since 1970 UTC.

    What it quotes is a thing of its own, judged by itself: `quote_of` is its id, `quote_state` how that stands.
    """

    STAYS: ClassVar = frozenset(
        {
            "id",
            "author",
            "created_at",
            "visibility",
            "root",
            "boost_of",
            "replies_count",
            "boosts_count",
            "likes_count",
            "quotes_count",
            "quote_policy",
            "server",
        }
    )
    COUNTS: ClassVar = frozenset({"likes_count"})
    id: int
    author: int
    created_at: int
    visibility: Visibility
    text: str
    html: str
    spoiler: str
    language: str
    sensitive: bool
    reply_to: int | None
    reply_to_account: int | None
    root: int
    boost_of: int | None = None
    edited_at: int | None = None
    app: str = ""
    mentions: tuple[Mention, ...] = ()
    tags: tuple[Tag, ...] = ()
    pictures: tuple[Picture, ...] = ()
    replies_count: int = 0
    boosts_count: int = 0
    likes_count: int = 0
    poll: Poll | None = None
    quote_of: int | None = None
    quote_state: str = ""
    quote_policy: str = "public"
    quotes_count: int = 0
    app_site: str = ""  # of the app by which it was said
    card: LinkCard | None = None
    server: int = 0  # where it was said: of ours none; then its id and its page there
    uri: str = ""
    url: str = ""
    emojis: tuple[Emoji, ...] = ()
    inner: "Post | None" = None

    @property
    def subject(self) -> Subject:
        inner = self.inner.subject if self.inner else None
        media, contents = tuple(p.id for p in self.pictures), tuple(p.content for p in self.pictures)
        return Subject(
            id=self.id,
            author=self.author,
            visibility=self.visibility,
            names=frozenset((self.id, self.author, *media, *contents, *([self.server] if self.server else ())))
            | (inner.names if inner else frozenset()),
            server=self.server,
            mentions=tuple(m.id for m in self.mentions),
            media=media,
            contents=contents,
            terms=tuple(t.key for t in self.tags),
            inner=inner,
        )

    @property
    def uncounted(self) -> Self:
        """As its author says it, whoever has liked, shared or answered it."""
        asked = self.poll and self.poll.uncounted
        return replace(self, replies_count=0, boosts_count=0, likes_count=0, quotes_count=0, poll=asked)

    def altered(self, verdict: Show) -> Self:
        return replace(
            self,
            pictures=tuple(one for one in self.pictures if one.id not in verdict.pictures_gone),
            sensitive=self.sensitive or verdict.sensitive is not None,
            inner=self.inner.altered(verdict) if self.inner else None,
        )


class Field(msgspec.Struct, frozen=True):
    """One line of the table on a profile. `verified_at`: when (ms) its page was seen to link back (rel="me"); 0: not so."""

    name: str
    value: str
    verified_at: int = 0

    @property
    def link(self) -> bool:
        """Whether it is an address of the web and nothing else, which a page can answer for."""
        return self.value.startswith(("https://", "http://")) and not any(letter.isspace() for letter in self.value)


class Person(Shelled, frozen=True):
    """An account as others see it. `avatar` and `header` are file keys, empty where there is none.

    `indexable`: others find its public posts by words. `hide_collections`: whom it follows, and who follows it, is its own.
    `moved_to`: the account here at which it points, which the gate judges by itself. `sites`: hosts that may name it as an author.
    """

    STAYS: ClassVar = frozenset(
        {
            "id",
            "handle",
            "locked",
            "bot",
            "discoverable",
            "language",
            "created_at",
            "role",
            "state",
            "indexable",
            "hide_collections",
            "server",
        }
    )
    COUNTS: ClassVar = frozenset({"posts_count", "last_post_at"})
    id: int
    handle: str
    name: str
    note: str
    note_html: str
    avatar: str
    header: str
    fields: tuple[Field, ...]
    locked: bool
    bot: bool
    discoverable: bool
    language: str
    created_at: int
    last_post_at: int | None
    followers_count: int
    following_count: int
    posts_count: int
    role: str
    state: str
    indexable: bool = True
    hide_collections: bool = False
    moved_to: int | None = None
    sites: tuple[str, ...] = ()
    server: int = 0  # of somebody on another server: which one, their actor's id and their page there
    uri: str = ""
    url: str = ""
    emojis: tuple[Emoji, ...] = ()

    @property
    def username(self) -> str:
        """Without the host of somebody on another server."""
        return self.handle.partition("@")[0]

    @property
    def domain(self) -> str:
        """The host of somebody on another server; nothing of ours."""
        return self.handle.partition("@")[2]

    @property
    def shown_name(self) -> str:
        return self.name or self.handle

    @property
    def subject(self) -> Subject:
        names = frozenset((self.id, self.server) if self.server else (self.id,))
        return Subject(id=self.id, author=self.id, visibility=Visibility.PUBLIC, names=names, server=self.server)

    def altered(self, verdict: Show) -> Self:
        return self
