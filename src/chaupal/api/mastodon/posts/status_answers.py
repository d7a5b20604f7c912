"""Statuses as answers: a page joined of what is kept of each post, and brought up to date where some of them only count otherwise."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from typing import Any, NamedTuple

import msgspec

from chaupal.api.mastodon.account_entity import account_bytes, kept_accounts
from chaupal.api.mastodon.posts import status_entity
from chaupal.api.mastodon.posts.status_entity import fragment, pen_for
from chaupal.http.call import Answer, Call, Headers
from chaupal.http.paging import links
from chaupal.policy.gate import known_as_plain, still_plain
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Post
from chaupal.policy.verdict import PLAIN
from chaupal.policy.viewer import Viewer
from chaupal.reads.context import Reads
from chaupal.reads.kept import HOMES, PEOPLE, Touched
from chaupal.reads.people import filtering
from chaupal.reads.posts import reactions

AT_ONCE = 100  # statuses of a conversation
PLAIN_PARTS = 4  # of a status that is made of its line: the post, the account, and what stands after each
# So many pieces come before a page until it is made anew: what is not on it any more stays among its keys.
MOST_MOVED = 500


class Growth(NamedTuple):
    """How a page goes on where something came before it. `arrivals`: that as its viewer sees it, the oldest first; nothing where that
    cannot be said. `address`: of `paging.address_of`.
    """

    arrivals: Callable[[Sequence[int]], Sequence[Visible[Post]]]
    address: str


async def statuses_answer(
    call: Call[Any], posts: Sequence[Visible[Post]], headers: Headers | None = None, growth: Growth | None = None
) -> Answer:
    """A JSON array of Status as the answer."""
    pieces, plain = await pieces_of(call, posts)
    whole = len(pieces) == len(posts) * (PLAIN_PARTS + 1) + 1  # else one is left out, since its author may not be seen
    return joined(call, pieces, headers, growth if whole else None, plain=plain)


async def pieces_of(call: Call[Any], posts: Sequence[Visible[Post]]) -> tuple[list[bytes], bool]:
    """The same in pieces, and whether all of them are plain."""
    found = list[Sequence[bytes]]()
    for start in range(0, len(posts), AT_ONCE):
        if start:
            await asyncio.sleep(0)  # others have their turn
        found += await parts_of(call, posts[start : start + AT_ONCE])
    return array_of(found), are_plain(found)


def array_of(found: Iterable[Sequence[bytes]]) -> list[bytes]:
    """A JSON array in pieces, of things in parts; what has none is left out."""
    pieces = [b"["]
    for parts in found:
        if parts:
            pieces += parts
            pieces.append(b",")
    pieces[-1] = b"]" if len(pieces) > 1 else b"[]"
    return pieces


def are_plain(found: Iterable[Sequence[bytes]]) -> bool:
    """Whether all of these statuses that are written are made of their lines."""
    return {len(parts) for parts in found} <= {0, PLAIN_PARTS}


def joined(
    call: Call[Any], pieces: list[bytes], headers: Headers | None = None, growth: Growth | None = None, *, plain: bool
) -> Answer:
    """The pieces as the answer. `plain`: each account and each post in it is a piece, so that those which count otherwise later are
    written anew, and nothing else of it. A like, or a new post of somebody's, changes no more of most answers in which they stand.
    """
    headers = headers or []
    renew = _Renewal(call.house.reads, call.viewer, pieces, headers, growth) if plain else None
    return Answer(b"".join(pieces), headers=headers, renew=renew)


class _Renewal:
    """Brings an answer up to date, by its pieces.

    `_places`: where those stand that begin so, found once; what came before them since has `_moved` them.
    """

    __slots__ = ("_growth", "_headers", "_moved", "_pieces", "_places", "_reads", "_viewer")

    def __init__(
        self, reads: Reads, viewer: Viewer, pieces: list[bytes], headers: Headers, growth: Growth | None
    ) -> None:
        self._reads, self._viewer = reads, viewer
        self._pieces, self._headers = pieces, headers
        self._growth = growth
        self._places: dict[bytes, list[int]] = {}
        self._moved = 0

    def __call__(self, news: Set[Touched]) -> tuple[bytes, Headers] | None:
        """What was looked at and is not written, such as a post whose conversation it is, changes nothing: no rule rests on counts."""
        came = sorted(id_ for kind, id_ in news if kind is HOMES)
        if all(self._count(*one) for one in news if one[0] is not HOMES) and (not came or self._grow(came)):
            return b"".join(self._pieces), self._headers
        return None

    def _count(self, kind: object, id_: int) -> bool:
        if not self._places:
            self._enter(self._pieces, 0)
        found = self._places.get(b'{"id":"%d"' % id_, ())
        anew = _anew(self._reads, self._viewer, kind, id_) if found else b""
        if anew is None:
            return False
        for place in found:
            if place + self._moved < len(self._pieces):
                self._pieces[place + self._moved] = anew
        return True

    def _grow(self, came: Sequence[int]) -> bool:
        """What came stands first, and as many as came are not on the page any more."""
        growth, pieces = self._growth, self._pieces
        # A page made of the store may hold already what this home is told of only now.
        if growth is None or self._moved > MOST_MOVED or came[0] <= _id_of(pieces[1]):
            return False
        written = _at_hand(self._reads, self._viewer, growth.arrivals(came))
        if not written:
            return False
        before = [piece for parts in reversed(written) for piece in (*parts, b",")]
        pieces[1:1] = before
        del pieces[-len(before) - 1 : -1]
        self._moved += len(before)
        if self._places:
            self._enter(before, 1)
        self._headers = links(growth.address, _id_of(pieces[-PLAIN_PARTS - 1]), _id_of(pieces[1]))
        return True

    def _enter(self, pieces: Iterable[bytes], first: int) -> None:
        for place, piece in enumerate(pieces, first - self._moved):
            self._places.setdefault(piece[: piece.find(b",")], []).append(place)


def _id_of(piece: bytes) -> int:
    """Whose piece it is (`status_entity.body_of`)."""
    return int(piece[7 : piece.index(b'"', 7)])


def _anew(reads: Reads, viewer: Viewer, kind: object, id_: int) -> bytes | None:
    """A person's account, or a post up to where that goes, as it is by now."""
    if kind is PEOPLE:
        person = still_plain(reads.work.memory.people.peek(id_))
        return person and account_bytes(reads.settings, viewer, person)
    post = still_plain(reads.work.memory.posts.peek(id_))
    return post and fragment(reads.settings, viewer, post)


async def parts_of(call: Call[Any], posts: Sequence[Visible[Post]]) -> Sequence[Sequence[bytes]]:
    """Each Status in parts, as `Pen.parts`. Of those that have their line nothing else is looked at but who they are by now, and what
    the viewer did with them: on a busy evening most pages are made anew of the same posts but for one.
    """
    found = await _of_lines(call, posts)
    left = [seen for seen, parts in zip(posts, found, strict=True) if not parts]
    if not left:
        return found
    pen = await pen_for(call, left)
    return [parts or pen.fragments(seen) for seen, parts in zip(posts, found, strict=True)]


async def _of_lines(call: Call[Any], posts: Sequence[Visible[Post]]) -> Sequence[Sequence[bytes]]:
    """Those whose line is still good; in place of the others nothing."""
    reads, viewer = call.house.reads, call.viewer
    known = any(map(status_entity.lines.items.get, posts))
    if viewer.account is None or not known or await filtering.matches(reads, viewer, posts):
        return [()] * len(posts)
    # Also for those that have none: whoever writes them finds it known.
    flags = await reactions.flags(reads, viewer, [(seen.item.inner or seen.item).id for seen in posts])
    return _by_lines(reads, viewer.account, posts, flags)


def _by_lines(
    reads: Reads, me: int, posts: Sequence[Visible[Post]], flags: Mapping[int, int]
) -> Sequence[Sequence[bytes]]:
    lines = map(status_entity.lines.items.get, posts)
    people = reads.work.memory.people.several([seen.item.author for seen in posts])
    return [
        (line.before, account, line.after, line.tails[flags.get(line.post, 0) & 31])
        if line and account and line.tails and not (line.filed and line.by == me)
        else ()
        for line, account in zip(lines, kept_accounts(known_as_plain(people)), strict=True)
    ]


def _at_hand(reads: Reads, viewer: Viewer, posts: Sequence[Visible[Post]]) -> Sequence[Sequence[bytes]]:
    """All of them in parts, where nothing has to be asked for; else nothing. The viewer's marks are keys of what they come before."""
    memory = reads.work.memory
    marks = memory.reactions.peek(viewer.me)
    if marks is None or marks.unknown(seen.item.id for seen in posts):
        return ()
    for seen in posts:  # the author of what is plain to a viewer is plain to them, too
        author = seen.verdict is PLAIN and still_plain(memory.people.peek(seen.item.author))
        if not author or status_entity.line_of(reads.settings, viewer, seen, author) is None:
            return ()
    found = _by_lines(reads, viewer.me, posts, marks)
    return found if all(found) else ()


async def status_answer(call: Call[Any], seen: Visible[Post], more: dict[str, Any] | None = None) -> Answer:
    """One Status as the answer; `more` are members that only this answer has so (`text` after a deletion)."""
    (written,) = await parts_of(call, [seen])
    if more:
        return Answer(msgspec.json.encode(msgspec.json.decode(b"".join(written), type=dict[str, msgspec.Raw]) | more))
    return joined(call, [*written], plain=len(written) == PLAIN_PARTS)
