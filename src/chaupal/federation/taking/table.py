"""The table of activities: which function takes which, whether it is anybody's business here, and what has to be known before."""

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from chaupal.federation import ours
from chaupal.federation.context import Federation
from chaupal.federation.reading.activities import Activity, read_act
from chaupal.federation.reading.actors import KINDS as PEOPLE
from chaupal.federation.reading.objects import is_vote
from chaupal.federation.taking import needs, people, posts, quotes, reactions, reports, ties
from chaupal.federation.taking.acting import Deed, Doer
from chaupal.federation.taking.needs import Need
from chaupal.kernel.errors import NotFound
from chaupal.store.federation import uris
from chaupal.store.machine.work import Reading

type Take = Callable[[Deed], Awaitable[None]]
type Concerns = Callable[[Federation, Reading, Doer, Activity], Awaitable[bool]]
type Needs = Callable[[Federation, Reading, Doer, Activity], Awaitable[Sequence[Need]]]


class Taker(NamedTuple):
    """`concerns`: whether it is anybody's business here; `needs`: what is asked for first."""

    take: Take
    concerns: Concerns = needs.anybody
    needs: Needs = needs.nothing


async def _undo(deed: Deed) -> None:
    """What they did is undone: it comes along, or has an id that is known. Raises NotFound, Unreadable."""
    if deed.act.whole is None or not deed.act.object_kind:
        await _undo_by_id(deed)
        return
    undone = read_act(deed.act.whole)
    if undone.actor != deed.by.actor:
        raise NotFound
    match undone.kind:
        case "Follow":
            await ties.unfollow(deed, await ties.ours_at(deed, undone.object))
        case "Block":
            await ties.unblock(deed, await ties.ours_at(deed, undone.object))
        case "Like" | "EmojiReact":
            await reactions.unlike(deed, await reactions.known_post(deed, undone.object), undone.uri)
        case "Announce":
            await reactions.unannounce(deed, undone.uri)
        case "Accept":
            await ties.reject(Deed(deed.fed, deed.w, deed.by, undone))
        case _:
            raise NotFound


async def _undo_by_id(deed: Deed) -> None:
    """Something that they did before, by the id that it had; or a follow, by whom it was of.

    The latter is how snac2 (2.75, `msg_undo`) takes back one that was not answered yet.
    """
    if ours.person_in(deed.fed.settings, deed.act.object):
        await ties.unfollow(deed, await ties.ours_at(deed, deed.act.object))
        return
    known = await uris.find(deed.w, deed.act.object)
    if known is None or known.gone:
        raise NotFound
    match known.kind:
        case uris.FOLLOW if known.of == deed.me:
            await ties.unfollow(deed, known.by)
        case uris.BLOCK if known.of == deed.me:
            await ties.unblock(deed, known.by)
        case uris.LIKE if known.by == deed.me:
            await reactions.unlike(deed, known.of, deed.act.object)
        case uris.POST if known.by == deed.me:
            await reactions.unannounce(deed, deed.act.object)
        case _:
            raise NotFound


async def _create(deed: Deed) -> None:
    await (reactions.vote(deed) if is_vote(deed.act.whole) else posts.create(deed))


async def _delete(deed: Deed) -> None:
    await (people.delete(deed) if deed.act.object == deed.by.actor else posts.delete(deed))


async def _update(deed: Deed) -> None:
    is_person = deed.act.object_kind in PEOPLE or deed.act.object == deed.by.actor
    await (people.update(deed) if is_person else posts.update(deed))


TABLE: dict[tuple[str, str], Taker] = {
    ("Follow", ""): Taker(ties.follow),
    ("Accept", ""): Taker(ties.accept),
    ("Accept", "QuoteRequest"): Taker(quotes.accepted),
    ("Reject", ""): Taker(ties.reject),
    ("Reject", "QuoteRequest"): Taker(quotes.refused),
    ("Undo", ""): Taker(_undo),
    ("Block", ""): Taker(ties.block),
    ("Like", ""): Taker(reactions.like),
    ("EmojiReact", ""): Taker(reactions.like),
    ("Announce", ""): Taker(reactions.announce, needs.reposted_to_us, needs.of_object),
    ("Create", ""): Taker(_create, needs.said_to_us, needs.of_post),
    ("Update", ""): Taker(_update, needs.edited_here, needs.of_edit),
    ("Delete", ""): Taker(_delete, needs.known_here),
    ("Move", ""): Taker(people.move, needs=needs.of_move),
    ("Add", ""): Taker(reactions.pin, needs.pinned_there, needs.of_object),
    ("Remove", ""): Taker(reactions.unpin),
    ("QuoteRequest", ""): Taker(quotes.ask, needs.asked_of_us, needs.of_asking),
    ("Flag", ""): Taker(reports.flag),
}


def taker_of(act: Activity) -> Taker | None:
    """Whoever takes it; None where nobody does."""
    return TABLE.get((act.kind, act.object_kind)) or TABLE.get((act.kind, ""))
