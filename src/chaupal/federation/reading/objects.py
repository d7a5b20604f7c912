"""Posts as other servers write them, read: notes, questions, and what is shown as a link (articles, films, events).

Whoever takes a `PostRead` still judges it: whose it is, whether they may say it, what of it is known here.
"""

from collections.abc import Sequence

import msgspec

from chaupal.federation.reading.files import FileRead, beside_of, files_of, is_shy
from chaupal.federation.reading.marks import Emoji, MentionRead, emojis_of, marks_of, mentions_of, tags_of
from chaupal.federation.reading.values import (
    LATEST,
    PUBLIC,
    Json,
    Unreadable,
    an_object,
    first_word,
    flag_of,
    kinds_of,
    moment_of,
    number_of,
    page_of,
    same_host,
    uri_of,
    uris_of,
    value_of,
    values_of,
    word_of,
)
from chaupal.federation.reading.withheld import WithheldThere, stated
from chaupal.federation.reading.words import plain, words_of
from chaupal.policy.facts import Visibility
from chaupal.policy.things import Option, Poll, Tag
from chaupal.text import foreign

POSTS = frozenset({"Note", "Question"})  # shown as what they say
LINKED = frozenset({"Article", "Page", "Image", "Audio", "Video", "Event"})  # shown as what they are called, and a link

MOST_ADDRESSED = 200
MOST_OPTIONS, MOST_OPTION = 30, 200  # of clusters each
QUOTES = ("quote", "quoteUrl", "quoteUri", "_misskey_quote")  # FEP-044f first, then what came before it


class PostRead(msgspec.Struct, frozen=True, kw_only=True):
    """A post as its author's server says it. Addresses are as they came; `html` is harmless; times in ms, 0: not said.

    `to`, `cc`: whom it is addressed to. `cut`: something of it is left out here, and `html` ends with a link to the whole.
    """

    uri: str
    kind: str
    url: str
    by: str
    at: int = 0
    edited_at: int | None = None
    visibility: Visibility = Visibility.DIRECT
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    html: str = ""
    text: str = ""
    spoiler: str = ""
    language: str = ""
    sensitive: bool = False
    answers: str = ""
    quotes: str = ""
    mentions: tuple[MentionRead, ...] = ()
    tags: tuple[Tag, ...] = ()
    emojis: tuple[Emoji, ...] = ()
    files: tuple[FileRead, ...] = ()
    poll: Poll | None = None
    may_quote: str = ""  # public, followers, nobody, or "": not said
    cut: bool = False
    withheld: tuple[WithheldThere, ...] = ()  # where its server says that it does not show it


def is_post(said: object) -> bool:
    """Whether this is something that could be a post, by its type."""
    return bool((POSTS | LINKED) & {*kinds_of(said)})


def is_gone(said: object) -> bool:
    """Whether this says that a post was deleted."""
    return "Tombstone" in kinds_of(said)


def is_vote(said: object) -> bool:
    """Whether this note is an answer to a poll: a name, no content, and what it answers."""
    return (
        isinstance(said, dict)
        and "Note" in kinds_of(said)
        and bool(word_of(said, "name"))
        and not first_word(said, "content")[0]
        and not values_of(said, "attachment", 1)
        and bool(uri_of(value_of(said, "inReplyTo")))
    )


def read_post(said: object, *, around: Json | None = None, followers: str = "", now: int = 0) -> PostRead:
    """A post of any kind that is known. Raises Unreadable.

    `around`: the activity that it came in, which says by whom and for whom it is where the post does not. `followers`: its author's
    collection of them, which says for whom it is; `now` (ms): no post is of later.
    """
    said, around = an_object(said), around or {}
    kind = next((one for one in kinds_of(said) if one in POSTS | LINKED), "")
    if not kind:
        raise Unreadable("no_post")
    uri, by = uri_of(said), uri_of(value_of(said, "attributedTo")) or uri_of(value_of(around, "actor"))
    if not uri:
        raise Unreadable("no_id")
    if not same_host(by, uri):
        raise Unreadable("no_author")
    to, cc = _addressed(said, around, "to", "bto"), _addressed(said, around, "cc", "bcc") + uris_of(said, "audience", 8)
    at, updated = min(moment_of(value_of(said, "published")) or 0, now or LATEST), moment_of(value_of(said, "updated"))
    files, more = files_of(said)
    page = page_of(said)
    url, marks = page if same_host(page, uri) else uri, marks_of(said)
    mentions = mentions_of(marks)
    words = words_of(said, url, mentions, linked=kind in LINKED, beside=beside_of(said), cut=more)
    return PostRead(
        uri=uri, kind=kind, url=url, by=by, at=at, edited_at=min(updated, now or updated) if updated and updated > at else None,
        visibility=_visibility(to, cc, followers, by), to=to, cc=cc, html=words.html, text=words.text, spoiler=words.spoiler,
        language=words.language, sensitive=flag_of(said, "sensitive") or bool(words.spoiler) or is_shy(said),
        answers=uri_of(value_of(said, "inReplyTo")), quotes=quoted_in(said, marks),
        mentions=mentions, tags=tags_of(words.text, foreign.links_of(words.html), marks), emojis=emojis_of(said), files=files,
        poll=_poll(said, now) if kind == "Question" else None,
        may_quote=_may_quote(said, by, followers), cut=words.cut, withheld=stated(said),
    )  # fmt: skip


def quoted_in(said: Json, marks: Sequence[Json]) -> str:
    """The address of what it quotes, in whichever of the ways that were thought of."""
    for name in QUOTES:
        if uri := uri_of(value_of(said, name)):
            return uri
    for mark in marks:  # FEP-e232
        kind = word_of(mark, "mediaType")
        if "Link" in kinds_of(mark) and (
            "activitystreams" in kind or "activity+json" in kind or "_misskey_quote" in word_of(mark, "rel")
        ):
            return uri_of(value_of(mark, "href"))
    return ""


def _may_quote(said: Json, by: str, followers: str) -> str:
    """Whom its author lets quote it without asking (FEP-044f); whoever has to ask for it is not among them."""
    policy = value_of(said, "interactionPolicy")
    quoting = value_of(policy, "canQuote") if isinstance(policy, dict) else None
    if not isinstance(quoting, dict):
        return ""
    always = uris_of(quoting, "automaticApproval", 8) or uris_of(quoting, "always", 8)
    if PUBLIC & {*always}:
        return "public"
    return "followers" if followers and followers in always else "nobody"


def _addressed(said: Json, around: Json, *names: str) -> tuple[str, ...]:
    return tuple(
        one
        for name in names
        for one in uris_of(said if value_of(said, name) is not None else around, name, MOST_ADDRESSED)
    )


def _visibility(to: Sequence[str], cc: Sequence[str], followers: str, by: str) -> Visibility:
    if PUBLIC & {*to}:
        return Visibility.PUBLIC
    if PUBLIC & {*cc}:
        return Visibility.UNLISTED
    everybody = followers or f"{by}/followers"
    return Visibility.PRIVATE if everybody in to or everybody in cc else Visibility.DIRECT


def _poll(said: Json, now: int) -> Poll | None:
    """None where it asks nothing that can be answered: it is shown as a note then."""
    multiple = bool(values_of(said, "anyOf", 1))
    given = values_of(said, "anyOf" if multiple else "oneOf", MOST_OPTIONS)
    options = [option for one in given if isinstance(one, dict) and (option := _option(one)) is not None]
    if not options:
        return None
    votes = sum(option.votes for option in options)
    ends, closed = moment_of(value_of(said, "endTime")) or LATEST, value_of(said, "closed")
    if closed is not None and closed is not False:  # a moment, or only that it is so
        ends = min(moment_of(closed) or now, ends)
    # Some do not say how many voted (Misskey), or say too few: as many as chose one thing did, and no share is more than the whole.
    least = max(option.votes for option in options) if multiple else votes
    voters = max(number_of(value_of(said, "votersCount")), least)
    return Poll(tuple(options), ends, multiple, voters=voters)


def _option(said: Json) -> Option | None:
    title = plain(first_word(said, "name")[0] or first_word(said, "content")[0], MOST_OPTION)
    replies = value_of(said, "replies")
    votes = value_of(replies, "totalItems") if isinstance(replies, dict) else None
    return Option(title, number_of(votes)) if title else None
