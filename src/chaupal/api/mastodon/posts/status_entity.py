"""The Status entity, in pieces that are kept: what a post says, who wrote it, and what the viewer did with it.

A post's fragment ends before its account; the account's and the viewer's flags are joined on at each read. So a new
follower or a like changes one small piece, and nothing that depends on the viewer is ever kept for another.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from chaupal.api.mastodon.account_entity import (
    account_bytes,
    emojis_of,
    labels_of,
    receipt_of,
    said_instead,
    withheld_of,
)
from chaupal.api.mastodon.filters import results
from chaupal.api.mastodon.posts.media import attachment
from chaupal.api.mastodon.posts.polls import poll_shown
from chaupal.http.call import Call
from chaupal.kernel.clock import iso
from chaupal.kernel.settings import Settings
from chaupal.kernel.shelf import Shelf
from chaupal.policy import quotes as law
from chaupal.policy.facts import Visibility
from chaupal.policy.filed import pass_of
from chaupal.policy.narrow import FOR_EVERYBODY
from chaupal.policy.sealed import Visible
from chaupal.policy.sentences import placeholders
from chaupal.policy.things import Person, Post
from chaupal.policy.verdict import PLAIN, Placeholder, Show
from chaupal.policy.viewer import Viewer
from chaupal.reads.posts import reactions
from chaupal.reads.posts.around import Around, around
from chaupal.text.handles import user_of

_encode = msgspec.json.Encoder().encode
_kept: Shelf[int, tuple[Post, bytes]] = Shelf(1_500)


class PlainStatus(NamedTuple):
    """A plain post up to its author's account, and from there to its tail: the same for everybody to whom it is plain.

    `post`, `by`: its id and its author's; `filed`: whether it has files, whose addresses are others for its author. `tails`: by the
    viewer's flags, where they need not be known for it.
    """

    post: int
    by: int
    filed: bool
    before: bytes
    after: bytes
    tails: tuple[bytes, ...] | None


lines: Shelf[Visible[Post], PlainStatus] = Shelf(2_000)

# Words stand in JSON with their quotes escaped, so nothing that anybody says can look like this member.
UNFILTERED = b',"filtered":[],'
# Who may quote a post, and whether the viewer may, written once for each mix.
APPROVALS = {
    (policy, may): b',"quote_approval":{"automatic":%s,"manual":[],"current_user":"%s"}'
    % (b"[]" if policy == law.NOBODY else b'["%s"]' % policy.encode(), b"automatic" if may else b"denied")
    for policy in law.POLICIES
    for may in (False, True)
}
# Every mix of the viewer's flags with that (see reads.reactions for the bits).
FLAGS = (reactions.LIKED, reactions.REPOSTED, reactions.SAVED, reactions.MUTED, reactions.PINNED)
TAILS = {
    key: tuple(
        approval
        + b',"favourited":%s,"reblogged":%s,"bookmarked":%s,"muted":%s,"pinned":%s}'
        % tuple(b"true" if bits & bit else b"false" for bit in FLAGS)
        for bits in range(32)
    )
    for key, approval in APPROVALS.items()
}
ANONYMOUS = {policy: APPROVALS[policy, False] + b"}" for policy in law.POLICIES}


def reader_of(viewer: Viewer, post: Post) -> int | None:
    """For whom the addresses of a post's files are written; None: they are the same for everybody. One's own are always written for
    oneself: an app that asks without a token would be told of a ruling before its author may be.
    """
    if not (post.pictures or post.card):
        return None
    return viewer.account if post.author == viewer.account or post.visibility not in FOR_EVERYBODY else None


def body_of(settings: Settings, viewer: Viewer, post: Post) -> dict[str, Any]:
    """Everything of a Status but its account, its address (which names its author), its repost and the viewer's flags.

    `id` is first: a piece is known by it where it is counted anew (`status_answers.py`).
    """
    app = {"application": {"name": post.app, "website": post.app_site or None}} if post.app else {}
    stays = {"local_only": True} if post.visibility is Visibility.LOCAL else {}
    return {
        "id": str(post.id),
        "created_at": iso(post.created_at),
        "in_reply_to_id": str(post.reply_to) if post.reply_to else None,
        "in_reply_to_account_id": str(post.reply_to_account) if post.reply_to_account else None,
        "sensitive": post.sensitive,
        "spoiler_text": post.spoiler,
        "visibility": post.visibility.as_mastodon,
        "language": post.language or None,
        "replies_count": post.replies_count,
        "reblogs_count": post.boosts_count,
        "favourites_count": post.likes_count,
        "quotes_count": post.quotes_count,
        "edited_at": iso(post.edited_at) if post.edited_at else None,
        "content": post.html,
        "filtered": [],
        "media_attachments": [attachment(settings, picture, reader_of(viewer, post)) for picture in post.pictures],
        "mentions": [
            {"id": str(m.id), "username": user_of(m.handle), "acct": m.handle, "url": f"{settings.origin}/@{m.handle}"}
            for m in post.mentions
        ],
        "tags": [{"name": tag.name, "url": f"{settings.origin}/tags/{tag.name}"} for tag in post.tags],
        "emojis": emojis_of(settings, post.emojis),
        "card": card_of(settings, viewer, post),
        "poll": None,
        "quote": None,
        **app,
        **stays,
    }


def card_of(settings: Settings, viewer: Viewer, post: Post) -> dict[str, Any] | None:
    """The PreviewCard of a post's link. Never HTML of somebody else's."""
    card = post.card
    if card is None:
        return None
    reader = reader_of(viewer, post)
    key = "" if reader is None else f"?k={pass_of(card.key, reader)}"
    image = f"{settings.origin}/cards/{post.id}{key}" if card.image else None
    author = {"name": card.author, "url": card.author_url, "account": None}
    return {
        "url": card.url, "title": card.title, "description": card.description, "language": card.language or None, "type": "link",
        "author_name": card.author, "author_url": card.author_url, "provider_name": card.provider, "provider_url": card.provider_url,
        "html": "", "width": card.width, "height": card.height, "image": image, "image_description": "", "embed_url": "",
        "blurhash": card.blurhash or None, "published_at": None, "authors": [author] if card.author or card.author_url else [],
        "missing_attribution": None, "history": [],
    }  # fmt: skip


def signed_card_of(settings: Settings, viewer: Viewer, post: Post, by: Visible[Person]) -> dict[str, Any]:
    """The same, of what one of this server's people wrote; what the page does not say of them, their account does.

    https://docs.joinmastodon.org/entities/PreviewCardAuthor/
    """
    card, person = card_of(settings, viewer, post) or {}, by.item
    author = {
        "name": card["author_name"] or person.shown_name,
        "url": card["author_url"] or f"{settings.origin}/@{person.handle}",
        "account": msgspec.Raw(account_bytes(settings, viewer, by)),
    }
    return card | {"authors": [author]}


def placeholder_body(settings: Settings, viewer: Viewer, post: Post, verdict: Placeholder) -> dict[str, Any]:
    """What is said instead: the same shape, the words of the ruling, and where to read more."""
    ruling = verdict.ruling
    body = body_of(settings, viewer, post)
    if verdict.scope == "suspended":
        words = placeholders.placeholder(ruling, verdict.scope, viewer.language, country=viewer.country)
        return body | {"content": f"<p>{words}</p>"}  # its account says `suspended`
    body["content"] = said_instead(settings, viewer, ruling, verdict.scope)
    scope = "user" if verdict.scope == "account" else "status"
    return body | withheld_of(settings, viewer, ruling, scope) | receipt_of(settings, ruling)


def banner_of(settings: Settings, viewer: Viewer, verdict: Show, author: int) -> dict[str, Any]:
    """What is told beside the post: labels to everyone; what limits it, where and why to its author and to staff.

    Where only its pictures are withheld, the words that stand in their place are `withheld_text`.
    """
    beside: dict[str, Any] = {}
    if verdict.labels:
        beside["labels"] = labels_of(settings, viewer, verdict)
    if (media := verdict.without_media) is not None:
        beside |= withheld_of(settings, viewer, media, "media")
        beside["withheld_text"] = placeholders.placeholder(media, "media", viewer.language, country=viewer.country)
    if verdict.banner is not None:
        scope = "user" if verdict.banner.subject == author else "status"
        beside |= withheld_of(settings, viewer, verdict.banner, scope)
        beside["withheld_banner"] = " ".join(placeholders.banner(ruling, viewer.language) for ruling in verdict.banners)
    return beside


def fragment(settings: Settings, viewer: Viewer, seen: Visible[Post], more: dict[str, Any] | None = None) -> bytes:
    """The Status up to where its account goes. Plain ones are kept as long as the store's post is the same.

    `more`: its poll and what it quotes, which depend on the viewer and the hour.
    """
    post = seen.item
    if more and not isinstance(seen.verdict, Placeholder):
        return _open(body_of(settings, viewer, post) | banner_of(settings, viewer, seen.verdict, post.author) | more)
    if seen.verdict is PLAIN and reader_of(viewer, post) is None:
        kept = _kept.items.get(post.id)
        if kept is not None and kept[0] is post:
            return kept[1]
        written = _open(body_of(settings, viewer, post))
        _kept.put(post.id, (post, written))
        return written
    if isinstance(seen.verdict, Placeholder):
        return _open(placeholder_body(settings, viewer, post, seen.verdict))
    return _open(body_of(settings, viewer, post) | banner_of(settings, viewer, seen.verdict, post.author))


def _open(body: dict[str, Any]) -> bytes:
    return _encode(body)[:-1] + b',"account":'


def line_of(settings: Settings, viewer: Viewer, seen: Visible[Post], author: Visible[Person]) -> PlainStatus | None:
    """What most of a page is made of, written where nobody has; None where something in it depends on the viewer or the hour.

    Its author's account stands apart: it counts otherwise with each of their posts.
    """
    post = seen.item
    plain = post.poll is None and not post.quote_state and not (post.card and post.card.creator)
    if not plain or seen.verdict is not PLAIN or author.verdict is not PLAIN or reader_of(viewer, post) is not None:
        return None
    line = lines.items.get(seen)
    if line is None:
        tails = TAILS[law.PUBLIC, True] if post.quote_policy == law.PUBLIC else None
        # A handle of this server's people is for good, and what others said has an address of its own.
        after = _address(settings, post, author.item) + b',"reblog":null'
        filed = bool(post.pictures or post.card)
        line = PlainStatus(post.id, post.author, filed, fragment(settings, viewer, seen), after, tails)
        lines.put(seen, line)
    return line


class Pen:
    """Writes statuses for one viewer: whose accounts they are and what the viewer did with them is at hand."""

    def __init__(self, call: Call[Any], around: Around) -> None:
        self._settings = call.house.settings
        self._clock = call.house.reads.clock
        self._viewer = call.viewer
        self._around = around
        self._authors = around.authors
        self._flags = around.flags
        self._met = around.met
        self._signed_in = call.viewer.account is not None

    def _tail(self, post: Post) -> bytes:
        if not self._signed_in:
            return ANONYMOUS[post.quote_policy]
        policy = post.quote_policy
        if post.author == self._viewer.account:
            may = post.visibility is not Visibility.DIRECT
        else:
            may = policy == law.PUBLIC or (policy == law.FOLLOWERS and post.author in self._around.following)
        return TAILS[policy, may][self._flags.get(post.id, 0) & 31]

    def write(self, seen: Visible[Post], *, shallow: bool = False) -> bytes:
        """One Status; nothing where its author may not be seen. `shallow`: of what it quotes, the id alone."""
        return b"".join(self.fragments(seen, shallow=shallow))

    def fragments(self, seen: Visible[Post], *, shallow: bool = False) -> tuple[bytes, ...]:
        """The same in parts, so that what is the same for every reader is copied once on its way into a page."""
        post = seen.item
        author = self._authors.get(post.author)
        if author is None:
            return ()
        if post.id in self._met:
            return (self._filtered(seen, author),)
        if post.inner is not None:
            return (self._repost(seen, author, post.inner),)
        line = line_of(self._settings, self._viewer, seen, author)
        if line is not None:
            return line.before, account_bytes(self._settings, self._viewer, author), line.after, self._tail(post)
        return self._open(seen, author, shallow=shallow) + b',"reblog":null', self._tail(post)

    def _filtered(self, seen: Visible[Post], author: Visible[Person]) -> bytes:
        """The same with what the viewer's filters say of it, of a repost and of what it carries alike; never kept."""
        post, why = seen.item, b',"filtered":' + _encode(results(self._met[seen.item.id])) + b","
        if post.inner is not None:
            return self._repost(seen, author, post.inner).replace(UNFILTERED, why)
        return (self._open(seen, author) + b',"reblog":null' + self._tail(post)).replace(UNFILTERED, why)

    def _repost(self, seen: Visible[Post], author: Visible[Person], inner: Post) -> bytes:
        original = self._authors.get(inner.author)
        if original is None:
            return b""
        settings, tail = self._settings, self._tail(inner)
        # What a repost carries was judged with it: a repost whose original may not be seen is not there at all.
        beside = banner_of(settings, self._viewer, seen.verdict, inner.author) if isinstance(seen.verdict, Show) else {}
        carried = _open(body_of(settings, self._viewer, inner) | beside | self._rare_fields(inner)) + account_bytes(
            settings, self._viewer, original
        )
        carried += _address(settings, inner, original.item) + b',"reblog":null' + tail
        return self._open(seen, author) + b',"reblog":' + carried + tail

    def _open(self, seen: Visible[Post], author: Visible[Person], *, shallow: bool = False) -> bytes:
        account = account_bytes(self._settings, self._viewer, author)
        more = self._rare_fields(seen.item, shallow=shallow)
        return (
            fragment(self._settings, self._viewer, seen, more)
            + account
            + _address(self._settings, seen.item, author.item)
        )

    def _rare_fields(self, post: Post, *, shallow: bool = False) -> dict[str, Any]:
        """Its poll, what it quotes and whom its card names; nothing for most posts."""
        more: dict[str, Any] = {}
        if (by := self._around.bylines.get(post.id)) is not None:
            more["card"] = signed_card_of(self._settings, self._viewer, post, by)
        if post.poll is not None:
            own = self._around.votes.get(post.id, ()) if self._signed_in else None
            mine = post.author == self._viewer.account
            more["poll"] = poll_shown(post.id, post.poll, self._clock(), own, mine=mine)
        if post.quote_state:
            more["quote"] = self._shallow(post) if shallow else self._quote(post)
        return more

    def _quote(self, post: Post) -> dict[str, Any]:
        """https://docs.joinmastodon.org/entities/Quote/. What may not be seen is `unauthorized`; withheld, a stub."""
        state, quoted = self._around.quote(post)
        written = self.write(quoted, shallow=True) if quoted is not None else b""
        return {"state": state, "quoted_status": msgspec.Raw(written) if written else None}

    def _shallow(self, post: Post) -> dict[str, Any]:
        there = post.quote_state == law.ACCEPTED and post.quote_of is not None
        return {"state": post.quote_state, "quoted_status_id": str(post.quote_of) if there else None}


def _address(settings: Settings, post: Post, author: Person) -> bytes:
    if post.uri:  # of a placeholder nothing leads there
        return b',"uri":' + _encode(post.uri) + b',"url":' + _encode(post.url or post.uri)
    url = f"{settings.origin}/@{author.handle}/{post.id}"
    return f',"uri":"{url}","url":"{url}"'.encode()


async def pen_for(call: Call[Any], posts: Sequence[Visible[Post]]) -> Pen:
    """Whoever writes these posts for the viewer."""
    return Pen(call, await around(call.house.reads, call.viewer, posts))
