"""Statuses as answers: a page joined of what is kept of each post, and brought up to date where some of them only count otherwise."""

from collections.abc import Iterable, Sequence, Set
from functools import partial
from typing import Any

import msgspec

from chaupal.api.mastodon.account_entity import account_bytes, kept_accounts
from chaupal.api.mastodon.posts import status_entity
from chaupal.api.mastodon.posts.status_entity import fragment, pen_for
from chaupal.http.call import Answer, Call
from chaupal.policy.gate import known_as_plain, still_plain
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Post
from chaupal.policy.viewer import Viewer
from chaupal.reads.context import Reads
from chaupal.reads.kept import PEOPLE, Touched
from chaupal.reads.people import filtering
from chaupal.reads.posts import reactions

PLAIN_PARTS = 4  # of a status that is made of its line: the post, the account, and what stands after each


async def statuses_answer(
    call: Call[Any], posts: Sequence[Visible[Post]], headers: list[tuple[str, str]] | None = None
) -> Answer:
    """A JSON array of Status as the answer."""
    pieces, plain = await pieces_of(call, posts)
    return joined(call, pieces, headers, plain=plain)


async def pieces_of(call: Call[Any], posts: Sequence[Visible[Post]]) -> tuple[list[bytes], bool]:
    """The same in pieces, and whether all of them are plain."""
    found = await parts_of(call, posts)
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
    call: Call[Any], pieces: list[bytes], headers: list[tuple[str, str]] | None = None, *, plain: bool
) -> Answer:
    """The pieces as the answer. `plain`: each account and each post in it is a piece, so that those which count otherwise later are
    written anew, and nothing else of it. A like, or a new post of somebody's, changes no more of most answers in which they stand.
    """
    recount = partial(_recounted, call.house.reads, call.viewer, pieces, {}) if plain else None
    return Answer(b"".join(pieces), headers=headers or [], recount=recount)


def _recounted(
    reads: Reads, viewer: Viewer, pieces: list[bytes], places: dict[bytes, list[int]], counted: Set[Touched]
) -> bytes | None:
    """What was looked at and is not written, such as a post whose conversation it is, changes nothing: no rule rests on counts.

    `places`: where the pieces stand that begin so; found once.
    """
    if not places:
        for place, piece in enumerate(pieces):
            places.setdefault(piece[: piece.find(b",")], []).append(place)
    for kind, id_ in counted:
        found = places.get(b'{"id":"%d"' % id_, ())
        anew = _anew(reads, viewer, kind, id_) if found else b""
        if anew is None:
            return None
        for place in found:
            pieces[place] = anew
    return b"".join(pieces)


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
    reads, viewer, me = call.house.reads, call.viewer, call.viewer.account
    lines = [*map(status_entity.lines.items.get, posts)]
    if me is None or not any(lines) or await filtering.matches(reads, viewer, posts):
        return [()] * len(posts)
    people = reads.work.memory.people.several([seen.item.author for seen in posts])
    # Also for those that have none: whoever writes them finds it known.
    flags = await reactions.flags(reads, viewer, [(seen.item.inner or seen.item).id for seen in posts])
    return [
        (line.before, account, line.after, line.tails[flags.get(line.post, 0) & 31])
        if line and account and line.tails and not (line.filed and line.by == me)
        else ()
        for line, account in zip(lines, kept_accounts(known_as_plain(people)), strict=True)
    ]


async def status_answer(call: Call[Any], seen: Visible[Post], more: dict[str, Any] | None = None) -> Answer:
    """One Status as the answer; `more` are members that only this answer has so (`text` after a deletion)."""
    (written,) = await parts_of(call, [seen])
    if more:
        return Answer(msgspec.json.encode(msgspec.json.decode(b"".join(written), type=dict[str, msgspec.Raw]) | more))
    return joined(call, [*written], plain=len(written) == PLAIN_PARTS)
