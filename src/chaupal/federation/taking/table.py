"""The table of activities: which function takes which, whether it is anybody's business here, and what has to be asked for first."""

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from chaupal.federation import ours
from chaupal.federation.context import Federation
from chaupal.federation.reading.activities import Activity, read_act
from chaupal.federation.reading.actors import KINDS as PEOPLE
from chaupal.federation.reading.marks import marks_of, mentions_of
from chaupal.federation.reading.objects import MOST_ADDRESSED, is_vote, quoted_in
from chaupal.federation.reading.values import same_host, uri_of, uris_of, value_of
from chaupal.federation.taking import people, posts, quotes, reactions, reports, ties
from chaupal.federation.taking.acting import Deed, Doer
from chaupal.kernel.errors import NotFound
from chaupal.store.federation import people as rows, uris
from chaupal.store.machine.work import Reading

MOST_NAMED = 10  # people who are looked up because a post names them


class Need(NamedTuple):
    """What has to be asked for first. `what`: person, profile (somebody as they are now), post, or whole (the object itself).

    `must`: without it there is nothing to be taken.
    """

    what: str
    uri: str
    must: bool = True


async def anybody(fed: Federation, reading: Reading, by: Doer, act: Activity) -> bool:
    """It is about something of ours, or does nothing."""
    return True


async def nothing(fed: Federation, reading: Reading, by: Doer, act: Activity) -> Sequence[Need]:
    return ()


# --- whether it is anybody's business here ---


async def said_to_us(fed: Federation, reading: Reading, by: Doer, act: Activity) -> bool:
    """Somebody here follows them, is addressed or named, or the post belongs to what is here already: a poll, an answer, a quote."""
    if is_vote(act.whole):
        return ours.is_ours(fed.settings, uri_of(value_of(act.whole or {}, "inReplyTo")))
    if await rows.is_followed(reading, by.account) or _names_ours(fed, (*act.to, *act.cc)):
        return True
    if act.whole is None:
        return False
    marks = marks_of(act.whole)
    addressed = (*uris_of(act.whole, "to", MOST_ADDRESSED), *uris_of(act.whole, "cc", MOST_ADDRESSED))
    if _names_ours(fed, (*addressed, *(one.uri for one in mentions_of(marks)))) or ours.is_ours(
        fed.settings, quoted_in(act.whole, marks)
    ):
        return True
    return await _is_here(fed, reading, uri_of(value_of(act.whole, "inReplyTo")))


def _names_ours(fed: Federation, named: Sequence[str]) -> bool:
    return any(ours.handle_in(fed.settings, uri) for uri in named)


async def _is_here(fed: Federation, reading: Reading, uri: str) -> bool:
    if not uri:
        return False
    if ours.is_ours(fed.settings, uri):
        return True
    known = await uris.find(reading, uri)
    return known is not None and not known.gone


async def reposted_to_us(fed: Federation, reading: Reading, by: Doer, act: Activity) -> bool:
    return ours.is_ours(fed.settings, act.object) or await rows.is_followed(reading, by.account)


async def known_here(fed: Federation, reading: Reading, by: Doer, act: Activity) -> bool:
    """Servers tell of every deletion to everybody whom they know: what was never here costs one look."""
    if act.object == by.actor:
        return True
    known = await uris.find(reading, act.object)
    return (known is not None and not known.gone) or await rows.is_followed(reading, by.account)


async def edited_here(fed: Federation, reading: Reading, by: Doer, act: Activity) -> bool:
    """What is here; and what would be, had it come before it was changed."""
    if act.object_kind in PEOPLE or act.object == by.actor:
        return True
    known = await uris.find(reading, act.object)
    if known is not None:
        return not known.gone
    return not is_vote(act.whole) and await said_to_us(fed, reading, by, act)


async def pinned_there(fed: Federation, reading: Reading, by: Doer, act: Activity) -> bool:
    """A post of their own server, in the collection that is theirs: for nothing else is anybody asked."""
    known = await rows.remote_of(reading, by.account)
    return known is not None and "" != act.target == known.featured and same_host(act.object, by.actor)


async def asked_of_us(fed: Federation, reading: Reading, by: Doer, act: Activity) -> bool:
    """A post of their own server would quote one of ours."""
    return ours.is_ours(fed.settings, act.object) and same_host(act.instrument, by.actor)


# --- what has to be asked for first ---


async def of_post(fed: Federation, reading: Reading, by: Doer, act: Activity) -> Sequence[Need]:
    """The post where it did not come along; those whom it names; what it quotes."""
    if act.whole is None:
        return [Need("whole", act.object)]
    if is_vote(act.whole):
        return ()
    marks = marks_of(act.whole)
    named = [one.uri for one in mentions_of(marks) if not ours.is_ours(fed.settings, one.uri)]
    quotes = quoted_in(act.whole, marks)
    wanted = [*named, *([quotes] if quotes and not ours.is_ours(fed.settings, quotes) else [])]
    known = await uris.find_many(reading, wanted)
    people_ = [Need("person", uri, must=False) for uri in named if uri not in known]
    quoted = [Need("post", quotes, must=False)] if quotes in wanted and quotes not in known else []
    return [*people_[:MOST_NAMED], *quoted]


async def of_edit(fed: Federation, reading: Reading, by: Doer, act: Activity) -> Sequence[Need]:
    if act.object_kind in PEOPLE or act.object == by.actor:
        return [Need("profile", by.actor)] if act.whole is None else ()
    return await of_post(fed, reading, by, act)


async def of_object(fed: Federation, reading: Reading, by: Doer, act: Activity) -> Sequence[Need]:
    return () if await _is_here(fed, reading, act.object) else [Need("post", act.object)]


async def of_move(fed: Federation, reading: Reading, by: Doer, act: Activity) -> Sequence[Need]:
    target = () if ours.is_ours(fed.settings, act.target) else (Need("profile", act.target),)
    return (Need("profile", by.actor), *target)


async def of_asking(fed: Federation, reading: Reading, by: Doer, act: Activity) -> Sequence[Need]:
    """The post that wants to quote: one that came along is asked for all the same."""
    return () if await _is_here(fed, reading, act.instrument) else [Need("post", act.instrument, must=False)]


type Take = Callable[[Deed], Awaitable[None]]
type Concerns = Callable[[Federation, Reading, Doer, Activity], Awaitable[bool]]
type Needs = Callable[[Federation, Reading, Doer, Activity], Awaitable[Sequence[Need]]]


class Taker(NamedTuple):
    """`concerns`: whether it is anybody's business here; `needs`: what is asked for first."""

    take: Take
    concerns: Concerns = anybody
    needs: Needs = nothing


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
    ("Announce", ""): Taker(reactions.announce, reposted_to_us, of_object),
    ("Create", ""): Taker(_create, said_to_us, of_post),
    ("Update", ""): Taker(_update, edited_here, of_edit),
    ("Delete", ""): Taker(_delete, known_here),
    ("Move", ""): Taker(people.move, needs=of_move),
    ("Add", ""): Taker(reactions.pin, pinned_there, of_object),
    ("Remove", ""): Taker(reactions.unpin),
    ("QuoteRequest", ""): Taker(quotes.ask, asked_of_us, of_asking),
    ("Flag", ""): Taker(reports.flag),
}


def taker_of(act: Activity) -> Taker | None:
    """Whoever takes it; None where nobody does."""
    return TABLE.get((act.kind, act.object_kind)) or TABLE.get((act.kind, ""))
