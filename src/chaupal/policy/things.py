"""The things the gate judges, as the store hands them out: a post and a person."""

from typing import Self

import msgspec
from msgspec.structs import replace

from chaupal.policy.facts import Subject, Visibility
from chaupal.policy.verdict import Placeholder, Show


class Mention(msgspec.Struct, frozen=True):
    """Somebody named in a post."""

    id: int
    handle: str


class Tag(msgspec.Struct, frozen=True):
    """A tag as typed, and the key it is counted under (K2)."""

    name: str
    key: str


class Picture(msgspec.Struct, frozen=True):
    """An attachment: an image with its alt text. Sizes in pixels, `focus` in -1..1.

    `key` opens the file to apps that ask without a token: it stands for being in the audience, never against a ruling.
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


class Post(msgspec.Struct, frozen=True):
    """A post or a repost (`boost_of`). `html` is the rendered text; times in ms since 1970 UTC."""

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
    boost_of: int | None
    edited_at: int | None
    app: str
    mentions: tuple[Mention, ...]
    tags: tuple[Tag, ...]
    pictures: tuple[Picture, ...]
    replies_count: int
    boosts_count: int
    likes_count: int
    inner: "Post | None" = None

    @property
    def subject(self) -> Subject:
        inner = self.inner.subject if self.inner else None
        media = tuple(p.id for p in self.pictures)
        return Subject(
            id=self.id,
            author=self.author,
            visibility=self.visibility,
            names=frozenset((self.id, self.author, *media)) | (inner.names if inner else frozenset()),
            mentions=tuple(m.id for m in self.mentions),
            media=media,
            terms=tuple(t.key for t in self.tags),
            inner=inner,
        )

    def redacted(self, verdict: Placeholder | Show) -> Self:
        if isinstance(verdict, Show):  # its pictures only
            return replace(self, pictures=(), inner=self.inner.redacted(verdict) if self.inner else None)
        return replace(
            self, text="", html="", spoiler="", language="", sensitive=False, mentions=(), tags=(), pictures=(),
            reply_to=None, reply_to_account=None, app="", inner=None, edited_at=None,
        )  # fmt: skip


class Field(msgspec.Struct, frozen=True):
    """One line of the table on a profile."""

    name: str
    value: str


class Person(msgspec.Struct, frozen=True):
    """An account as others see it. `avatar` and `header` are file keys, empty where there is none."""

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

    @property
    def shown_name(self) -> str:
        return self.name or self.handle

    @property
    def subject(self) -> Subject:
        return Subject(id=self.id, author=self.id, visibility=Visibility.PUBLIC, names=frozenset((self.id,)))

    def redacted(self, verdict: Placeholder | Show) -> Self:
        return replace(self, name="", note="", note_html="", avatar="", header="", fields=())
