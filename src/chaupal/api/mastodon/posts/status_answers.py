"""Statuses as answers: a page joined of what is kept of each post, and brought up to date where some of them only count otherwise."""

from collections.abc import Mapping, Sequence, Set
from functools import partial
from typing import Any

import msgspec

from chaupal.api.mastodon.people import account_bytes, kept_accounts
from chaupal.api.mastodon.posts import statuses
from chaupal.api.mastodon.posts.statuses import fragment, pen_for
from chaupal.http.call import Answer, Call
from chaupal.policy.gate import known_as_plain, still_plain
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Post
from chaupal.policy.viewer import Viewer
from chaupal.reads.context import Reads
from chaupal.reads.kept import PEOPLE, Touched
from chaupal.reads.people import filtering
from chaupal.reads.posts import reactions

NO_LINES: Mapping[Visible[Post], Sequence[bytes]] = {}
PLAIN_PARTS = 4  # of a status that is made of its line: the post, the account, and what stands after each


async def statuses_answer(
    call: Call[Any], posts: Sequence[Visible[Post]], headers: list[tuple[str, str]] | None = None
) -> Answer:
    """A JSON array of Status as the answer."""
    pieces, plain = await pieces_of(call, posts)
    return joined(call, pieces, headers, plain=plain)


async def pieces_of(call: Call[Any], posts: Sequence[Visible[Post]]) -> tuple[list[bytes], bool]:
    """The same in pieces, and whether all of them are plain."""
    pieces, plain = [b"["], True
    for written in await parts_of(call, posts):
        if written:
            pieces += written
            pieces.append(b",")
            plain = plain and len(written) == PLAIN_PARTS
    if len(pieces) == 1:
        return [b"[]"], True
    pieces[-1] = b"]"
    return pieces, plain


def joined(
    call: Call[Any], pieces: list[bytes], headers: list[tuple[str, str]] | None = None, *, plain: bool
) -> Answer:
    """The pieces as the answer. `plain`: each account and each post in it is a piece, so that those which count otherwise later are
    written anew, and nothing else of it. A like, or a new post of somebody's, changes no more of most answers in which they stand.
    """
    recount = partial(_recounted, call.house.reads, call.viewer, pieces) if plain else None
    return Answer(b"".join(pieces), headers=headers or [], recount=recount)


def _recounted(reads: Reads, viewer: Viewer, pieces: list[bytes], counted: Set[Touched]) -> bytes | None:
    """What was looked at and is not written, such as a post whose conversation it is, changes nothing: no rule rests on counts."""
    for kind, id_ in counted:
        begins = b'{"id":"%d",' % id_
        places = [place for place, piece in enumerate(pieces) if piece.startswith(begins)]
        anew = _anew(reads, viewer, kind, id_) if places else b""
        if anew is None:
            return None
        for place in places:
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
    left = [seen for seen in posts if seen not in found]
    if not left:
        return [found[seen] for seen in posts]
    pen = await pen_for(call, left)
    return [found.get(seen) or pen.fragments(seen) for seen in posts]


async def _of_lines(call: Call[Any], posts: Sequence[Visible[Post]]) -> Mapping[Visible[Post], Sequence[bytes]]:
    """Those whose line is still good."""
    reads, viewer, me = call.house.reads, call.viewer, call.viewer.account
    known = statuses.lines.items
    lines = {
        seen: line
        for seen in posts
        if (line := known.get(seen)) is not None and line.tails is not None and not (line.filed and line.by == me)
    }
    if not lines or me is None or await filtering.matches(reads, viewer, posts):
        return NO_LINES
    people = reads.work.memory.people.several([line.by for line in lines.values()])
    # Also for those that have none: whoever writes them finds it known.
    flags = await reactions.flags(reads, viewer, [(seen.item.inner or seen.item).id for seen in posts])
    return {
        seen: (line.before, account, line.after, line.tails[flags.get(line.post, 0) & 31])
        for (seen, line), account in zip(lines.items(), kept_accounts(known_as_plain(people)), strict=True)
        if account is not None and line.tails
    }


async def status_answer(call: Call[Any], seen: Visible[Post], more: dict[str, Any] | None = None) -> Answer:
    """One Status as the answer; `more` are members that only this answer has so (`text` after a deletion)."""
    (written,) = await parts_of(call, [seen])
    if more:
        return Answer(msgspec.json.encode(msgspec.json.decode(b"".join(written), type=dict[str, msgspec.Raw]) | more))
    return joined(call, [*written], plain=len(written) == PLAIN_PARTS)
