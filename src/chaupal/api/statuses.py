"""The Status entity, in pieces that are kept: what a post says, who wrote it, and what the viewer did with it.

A post's fragment ends before its account; the account's and the viewer's flags are joined on at each read. So a new
follower or a like changes one small piece, and nothing that depends on the viewer is ever kept for another.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from chaupal.api.media import attachment
from chaupal.api.people import account_bytes
from chaupal.kernel.clock import iso
from chaupal.kernel.settings import Settings
from chaupal.kernel.shelf import Shelf
from chaupal.policy import epitaph
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Person, Post
from chaupal.policy.verdict import PLAIN, Placeholder, Show
from chaupal.policy.viewer import Viewer
from chaupal.reads import people, reactions
from chaupal.wire.call import Answer, Call

_encode = msgspec.json.Encoder().encode
_kept: Shelf[int, tuple[Post, bytes]] = Shelf(1_500)
_joined: Shelf[int, tuple[Post, Person, bytes]] = Shelf(2_000)

# Every mix of the viewer's flags, written once (see reads.reactions for the bits).
TAILS = tuple(
    b',"favourited":%s,"reblogged":%s,"bookmarked":%s,"muted":false,"pinned":false}'
    % tuple(b"true" if bits & bit else b"false" for bit in (reactions.LIKED, reactions.REPOSTED, reactions.SAVED))
    for bits in range(8)
)
ANONYMOUS = b"}"


def body_of(settings: Settings, post: Post) -> dict[str, Any]:
    """Everything of a Status but its account, its address (which names its author), its repost and the viewer's flags."""
    return {
        "id": str(post.id),
        "created_at": iso(post.created_at),
        "in_reply_to_id": str(post.reply_to) if post.reply_to else None,
        "in_reply_to_account_id": str(post.reply_to_account) if post.reply_to_account else None,
        "sensitive": post.sensitive,
        "spoiler_text": post.spoiler,
        "visibility": post.visibility.wire,
        "language": post.language or None,
        "replies_count": post.replies_count,
        "reblogs_count": post.boosts_count,
        "favourites_count": post.likes_count,
        "quotes_count": 0,
        "edited_at": iso(post.edited_at) if post.edited_at else None,
        "content": post.html,
        "filtered": [],
        "application": {"name": post.app, "website": None} if post.app else None,
        "media_attachments": [attachment(settings, picture) for picture in post.pictures],
        "mentions": [
            {"id": str(m.id), "username": m.handle, "acct": m.handle, "url": f"{settings.origin}/@{m.handle}"}
            for m in post.mentions
        ],
        "tags": [{"name": tag.name, "url": f"{settings.origin}/tags/{tag.name}"} for tag in post.tags],
        "emojis": [],
        "card": None,
        "poll": None,
        "quote": None,
    }


def placeholder_body(settings: Settings, viewer: Viewer, post: Post, verdict: Placeholder) -> dict[str, Any]:
    """What is said instead: the same shape, the words of the ruling, and where to read more."""
    ruling = verdict.ruling
    words = epitaph.placeholder(ruling, verdict.scope, viewer.language, country=viewer.country)
    where = settings.origin + epitaph.notice_path(ruling)
    body = body_of(settings, post)
    body["content"] = f'<p>{words} <a href="{where}" rel="nofollow noopener">{where}</a></p>'
    return body | {
        "withheld_in_countries": list(ruling.territory),
        "withheld_scope": "user" if verdict.scope == "account" else "status",
        "withheld_notice_url": where,
    }


def banner_of(settings: Settings, viewer: Viewer, verdict: Show) -> dict[str, Any]:
    """What author and staff are told beside the post: that it is limited, where and why."""
    ruling = verdict.banner or verdict.without_media
    if ruling is None:
        return {}
    return {
        "withheld_in_countries": list(ruling.territory),
        "withheld_scope": "status",
        "withheld_notice_url": settings.origin + epitaph.notice_path(ruling),
        "withheld_banner": epitaph.banner(ruling, viewer.language),
    }


def fragment(settings: Settings, viewer: Viewer, seen: Visible[Post]) -> bytes:
    """The Status up to where its account goes. Plain ones are kept as long as the store's post is the same."""
    post = seen.item
    if seen.verdict is PLAIN:
        kept = _kept.items.get(post.id)
        if kept is not None and kept[0] is post:
            return kept[1]
        written = _open(body_of(settings, post))
        _kept.put(post.id, (post, written))
        return written
    if isinstance(seen.verdict, Placeholder):
        return _open(placeholder_body(settings, viewer, post, seen.verdict))
    return _open(body_of(settings, post) | banner_of(settings, viewer, seen.verdict))


def _open(body: dict[str, Any]) -> bytes:
    return _encode(body)[:-1] + b',"account":'


class Pen:
    """Writes statuses for one viewer: whose accounts they are and what the viewer did with them is at hand."""

    def __init__(self, call: Call[Any], authors: dict[int, Visible[Person]], flags: dict[int, int]) -> None:
        self._settings = call.house.settings
        self._viewer = call.viewer
        self._authors = authors
        self._flags = flags
        self._signed_in = call.viewer.account is not None

    def _tail(self, id_: int) -> bytes:
        return TAILS[self._flags.get(id_, 0) & 7] if self._signed_in else ANONYMOUS

    def write(self, seen: Visible[Post]) -> bytes:
        """One Status; nothing where its author may not be seen."""
        post = seen.item
        author = self._authors.get(post.author)
        if author is None:
            return b""
        if post.inner is not None:
            return self._repost(seen, author, post.inner)
        if seen.verdict is PLAIN and author.verdict is PLAIN:
            kept = _joined.items.get(post.id)
            if kept is not None and kept[0] is post and kept[1] is author.item:
                return kept[2] + self._tail(post.id)
            return self._keep(seen, author) + self._tail(post.id)
        return self._open(seen, author) + b',"reblog":null' + self._tail(post.id)

    def _keep(self, seen: Visible[Post], author: Visible[Person]) -> bytes:
        """A plain post with its plain author: what most of a page is made of, kept in one piece."""
        joined = self._open(seen, author) + b',"reblog":null'
        _joined.put(seen.item.id, (seen.item, author.item, joined))
        return joined

    def _repost(self, seen: Visible[Post], author: Visible[Person], inner: Post) -> bytes:
        original = self._authors.get(inner.author)
        if original is None:
            return b""
        settings, tail = self._settings, self._tail(inner.id)
        # What a repost carries was judged with it: a repost whose original may not be seen is not there at all.
        carried = _open(body_of(settings, inner)) + account_bytes(settings, self._viewer, original)
        carried += _address(settings, inner, original.item) + b',"reblog":null' + tail
        return self._open(seen, author) + b',"reblog":' + carried + tail

    def _open(self, seen: Visible[Post], author: Visible[Person]) -> bytes:
        account = account_bytes(self._settings, self._viewer, author)
        return fragment(self._settings, self._viewer, seen) + account + _address(self._settings, seen.item, author.item)


def _address(settings: Settings, post: Post, author: Person) -> bytes:
    url = f"{settings.origin}/@{author.handle}/{post.id}"
    return f',"uri":"{url}","url":"{url}"'.encode()


async def pen_for(call: Call[Any], posts: Sequence[Visible[Post]]) -> Pen:
    """Everything that writing these posts needs, in two looks at most."""
    reads, viewer = call.house.reads, call.viewer
    authors = await people.of_posts(reads, viewer, posts)
    flags: dict[int, int] = {}
    if viewer.account is not None:
        flags = await reactions.flags(reads, viewer, [v.item.boost_of or v.item.id for v in posts])
    return Pen(call, authors, flags)


async def statuses_bytes(call: Call[Any], posts: Sequence[Visible[Post]]) -> bytes:
    """A JSON array of Status."""
    pen = await pen_for(call, posts)
    written = [one for seen in posts if (one := pen.write(seen))]
    if not written:
        return b"[]"
    # The brackets join the first and the last: around the whole they would copy the page twice.
    written[0] = b"[" + written[0]
    written[-1] += b"]"
    return b",".join(written)


async def status_bytes(call: Call[Any], seen: Visible[Post]) -> bytes:
    """One Status."""
    return (await pen_for(call, [seen])).write(seen)


async def status_answer(call: Call[Any], seen: Visible[Post], more: dict[str, Any] | None = None) -> Answer:
    """One Status as the answer; `more` are members that only this answer has (`text` after a deletion)."""
    body = await status_bytes(call, seen)
    if more:
        body = body[:-1] + b"," + _encode(more)[1:]
    return Answer(body)
