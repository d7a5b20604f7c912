"""What is tried with each peer, a row of the table each: acts at one server, and what came of them at the other.

Most rows are played in both directions by the same words: `here` and `there` are any two servers of a meeting.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from painted import picture
from peers.chaupals import Chaupal
from peers.sides import NotKnown, Person, PostSeen, PostToSay, Side
from waiting import until


@dataclass(frozen=True)
class Meeting:
    """Two servers and their people. Asha (ours) and Bela (theirs) follow each other, once `acquaint` has been."""

    ours: Chaupal
    theirs: Side
    asha: Person
    bela: Person
    gauri: Person  # ours, who follows nobody
    champa: Person  # theirs, who follows nobody
    lata: Person  # ours: she blocks and is blocked
    mira: Person  # theirs, likewise
    old: tuple[Person, Person]  # ours and theirs, who move
    new: tuple[Person, Person]  # ours and theirs, to whom the others' move


@dataclass(frozen=True)
class Way:
    """One direction: `a` does something at `here`; `b` at `there` learns of it, `stranger` there does not."""

    here: Side
    there: Side
    a: Person
    b: Person
    stranger: Person

    def __str__(self) -> str:
        return f"{self.here.name} → {self.there.name}"


type Row = Callable[[Meeting], Awaitable[None]]
type Played = Callable[[Way], Awaitable[None]]


def ways(m: Meeting) -> tuple[Way, Way]:
    return Way(m.ours, m.theirs, m.asha, m.bela, m.champa), Way(m.theirs, m.ours, m.bela, m.asha, m.gauri)


def both(play: Played) -> Row:
    """The row in both directions; one that a server knows nothing of is left out, and said once the other went well."""

    async def row(m: Meeting) -> None:
        left = list[str]()
        for way in ways(m):
            try:
                await play(way)
            except NotKnown as why:
                left.append(f"{way}: {why}")
        if left:
            raise NotKnown("; ".join(left))

    row.__name__, row.__doc__ = play.__name__, play.__doc__
    return row


async def arrives(way: Way, uri: str, wanted: Callable[[PostSeen], bool] = lambda _: True) -> PostSeen:
    """The post as `b` is shown it."""
    seen = await until(
        partial(way.there.sees, way.b, uri),
        f"{way}: what {way.b.name} sees of {uri}",
        lambda one: bool(one and wanted(one)),
    )
    assert seen is not None
    return seen


async def acquaint(m: Meeting) -> None:
    """They follow each other."""
    for way in ways(m):
        await way.here.follow(way.a, way.b)
        await until(partial(way.here.follows, way.a, way.b), f"{way}: the follow is agreed to")
        await until(partial(way.there.followed, way.b, way.a), f"{way}: the follower is known")


@both
async def found(way: Way) -> None:
    """Found by address and by name."""
    assert await way.here.finds(way.a, way.b.uri), f"{way}: not found by address"
    assert await way.here.finds(way.a, way.b.address), f"{way}: not found by name"


async def follows(m: Meeting) -> None:
    """Follow, unfollow and follow again."""
    for here, there, a, b in ((m.ours, m.theirs, m.gauri, m.mira), (m.theirs, m.ours, m.champa, m.lata)):
        way = f"{here.name} → {there.name}"
        await here.follow(a, b)
        await until(partial(here.follows, a, b), f"{way}: the follow is agreed to")
        await here.unfollow(a, b)
        await until(partial(there.followed, b, a), f"{way}: the follower is gone", lambda yes: not yes)
        await here.follow(a, b)
        await until(partial(there.followed, b, a), f"{way}: the follower is back")
        await here.unfollow(a, b)


@both
async def public(way: Way) -> None:
    """A public post, in Devanagari, with a tag."""
    text = f"सबके लिए लिखा क्षत्रिय ज्ञान from {way.here.name} #गाँव"
    seen = await arrives(way, await way.here.say(way.a, PostToSay(text)))
    assert text in seen.text, seen
    assert seen.visibility == "public", seen


@both
async def unlisted(way: Way) -> None:
    """An unlisted post."""
    text = f"quietly said at {way.here.name}"
    seen = await arrives(way, await way.here.say(way.a, PostToSay(text, "unlisted")))
    assert text in seen.text, seen
    assert seen.visibility == "unlisted", seen


@both
async def private(way: Way) -> None:
    """A post for followers: it reaches them and nobody else."""
    uri = await way.here.say(way.a, PostToSay(f"for followers of {way.here.name}", "private"))
    seen = await arrives(way, uri)
    assert seen.visibility == "private", seen
    assert await way.there.sees(way.stranger, uri) is None
    await _closed(way, uri)


@both
async def direct(way: Way) -> None:
    """A direct post: it reaches whom it names and nobody else."""
    uri = await way.here.say(way.a, PostToSay(f"only for you from {way.here.name}", "direct", names=(way.b,)))
    seen = await arrives(way, uri)
    assert seen.visibility == "direct", seen
    assert await way.there.sees(way.stranger, uri) is None
    await _closed(way, uri)


async def _closed(way: Way, uri: str) -> None:
    """Whoever asks our server without a signature is given nothing of it."""
    if isinstance(way.here, Chaupal):
        answer = await way.here.asked(uri)
        assert answer.status_code in (401, 403, 404), (uri, answer.status_code)


@both
async def replies(way: Way) -> None:
    """A reply, and a reply to the reply."""
    first = await way.here.say(way.a, PostToSay(f"a question from {way.here.name}"))
    await arrives(way, first)
    back = Way(way.there, way.here, way.b, way.a, way.stranger)
    second = await way.there.say(
        way.b, PostToSay(f"an answer to {way.here.name}", answers=first, of=way.a, names=(way.a,))
    )
    seen = await arrives(back, second)
    assert seen.answers == first, seen
    third = await way.here.say(
        way.a, PostToSay(f"thanks from {way.here.name}", answers=second, of=way.b, names=(way.b,))
    )
    assert (await arrives(way, third)).answers == second


@both
async def mentions(way: Way) -> None:
    """A mention reaches somebody who follows nobody."""
    uri = await way.here.say(way.a, PostToSay(f"hello from {way.here.name}", names=(way.stranger,)))
    to = Way(way.here, way.there, way.a, way.stranger, way.b)
    assert f"hello from {way.here.name}" in (await arrives(to, uri)).text


@both
async def likes(way: Way) -> None:
    """A like, once, taken back, and given again."""
    uri = await way.here.say(way.a, PostToSay(f"to be liked at {way.here.name}"))
    await arrives(way, uri)
    await way.there.like(way.b, uri, way.a)
    await until(partial(way.here.likes, way.a, uri), f"{way}: liked", lambda n: n == 1)
    await way.there.unlike(way.b, uri, way.a)
    await until(partial(way.here.likes, way.a, uri), f"{way}: no longer liked", lambda n: n == 0)
    await way.there.like(way.b, uri, way.a)
    await until(partial(way.here.likes, way.a, uri), f"{way}: liked again", lambda n: n == 1)


@both
async def boosts(way: Way) -> None:
    """A boost, once, and taken back."""
    uri = await way.here.say(way.a, PostToSay(f"to be carried on from {way.here.name}"))
    await arrives(way, uri)
    await way.there.boost(way.b, uri, way.a)
    await until(partial(way.here.boosts, way.a, uri), f"{way}: boosted", lambda n: n == 1)
    await way.there.unboost(way.b, uri, way.a)
    if way.here.name == "snac2":
        raise NotKnown("it keeps a boost that was taken back, on purpose")
    await until(partial(way.here.boosts, way.a, uri), f"{way}: no longer boosted", lambda n: n == 0)


@both
async def edits(way: Way) -> None:
    """An edit takes the place of what was said."""
    uri = await way.here.say(way.a, PostToSay(f"first words at {way.here.name}"))
    await arrives(way, uri)
    await way.here.edit(way.a, uri, f"better words at {way.here.name}")
    seen = await arrives(way, uri, lambda one: "better words" in one.text)
    assert "first words" not in seen.text, seen


@both
async def deletes(way: Way) -> None:
    """What is deleted is gone there."""
    uri = await way.here.say(way.a, PostToSay(f"soon gone from {way.here.name}"))
    await arrives(way, uri)
    await way.here.delete(way.a, uri)
    await until(partial(way.there.sees, way.b, uri), f"{way}: gone", lambda one: one is None)


@both
async def polls(way: Way) -> None:
    """A poll with its options, and a vote."""
    uri = await way.here.say(way.a, PostToSay(f"which at {way.here.name}?", options=("गेहूँ", "धान")))
    seen = await arrives(way, uri)
    assert seen.options == ("गेहूँ", "धान"), seen
    await way.there.vote(way.b, uri, way.a, "धान")
    await until(partial(way.here.votes, uri), f"{way}: the vote", lambda names: names == ["धान"])


@both
async def pictures(way: Way) -> None:
    """A picture with its description."""
    said = PostToSay(f"look at {way.here.name}", picture=picture(), described="एक हरा खेत")
    seen = await arrives(way, await way.here.say(way.a, said))
    assert seen.described == ("एक हरा खेत",), seen


@both
async def warnings(way: Way) -> None:
    """A content warning stays before the words."""
    uri = await way.here.say(way.a, PostToSay(f"the end of the film at {way.here.name}", warning="कहानी का अंत"))
    seen = await arrives(way, uri)
    assert seen.warning == "कहानी का अंत", seen
    assert "the end of the film" in seen.text, seen


@both
async def quotes(way: Way) -> None:
    """A quote, with what it quotes."""
    quoted = await way.here.say(way.a, PostToSay(f"worth quoting at {way.here.name}"))
    await arrives(way, quoted)
    uri = await way.there.say(way.b, PostToSay(f"as {way.here.name} says", quotes=quoted, of=way.a, names=(way.a,)))
    back = Way(way.there, way.here, way.b, way.a, way.stranger)
    assert (await arrives(back, uri, lambda one: one.quotes == quoted)).quotes == quoted


async def blocks(m: Meeting) -> None:
    """A block ends a follow, and is known there."""
    left = list[str]()
    for here, there, a, b in ((m.ours, m.theirs, m.lata, m.mira), (m.theirs, m.ours, m.mira, m.lata)):
        way = f"{here.name} → {there.name}"
        try:
            await here.block(a, b)
            await until(partial(there.blocked, b, a), f"{way}: the block is known")
        except NotKnown as why:
            left.append(f"{way}: {why}")
    if left:
        raise NotKnown("; ".join(left))


@both
async def reports(way: Way) -> None:
    """A report reaches those who decide there."""
    uri = await way.there.say(way.b, PostToSay(f"to be reported by {way.here.name}"))
    back = Way(way.there, way.here, way.b, way.a, way.stranger)
    await arrives(back, uri)
    await way.here.report(way.a, way.b, uri, f"unkind, says {way.here.name}")
    await until(way.there.reports, f"{way}: reports", lambda told: any("unkind" in one for one in told))


async def moving(m: Meeting) -> None:
    """Followers go along when somebody moves, to the other server and from it."""
    for here, there, old, new in ((m.ours, m.theirs, m.old[0], m.new[1]), (m.theirs, m.ours, m.old[1], m.new[0])):
        way = f"{here.name} → {there.name}"
        follower = m.bela if here is m.ours else m.asha
        await there.follow(follower, old)
        await until(partial(there.follows, follower, old), f"{way}: followed before")
        await there.alias(new, old)
        await here.move(old, new)
        await until(partial(there.followed, new, follower), f"{way}: the follower came along")


async def order_here(m: Meeting) -> None:
    """An order on our side: theirs is withheld here and its author told; of ours, which travels whole, they are told."""
    theirs = await m.theirs.say(m.bela, PostToSay("an order is about this"))
    await arrives(Way(m.theirs, m.ours, m.bela, m.asha, m.gauri), theirs)
    id_ = (await m.ours.post(m.asha, theirs))["id"]
    ref = await m.ours.withhold(theirs)
    for country, is_shown in (("IN", False), ("DE", True)):
        text, why = await m.ours.shown(id_, country)
        assert ("an order is about this" in text, why["visible"]) == (is_shown, is_shown), (country, text, why)
        assert why["stated"] == [], why
    await until(
        partial(m.theirs.told, m.bela), "the author is told", lambda told: any("/appeal/" in one for one in told)
    )
    ours = await m.ours.say(m.asha, PostToSay("an order will be about this"))
    here = Way(m.ours, m.theirs, m.asha, m.bela, m.champa)
    await arrives(here, ours)
    assert not await m.theirs.states(m.bela, ours)
    assert await m.ours.withhold(ours) != ref
    await until(partial(m.theirs.states, m.bela, ours), "they are told that it is withheld")
    seen = await arrives(here, ours)
    assert "an order will be about this" in seen.text, seen
    for way in ways(m):  # nobody is the worse for it
        await arrives(way, await way.here.say(way.a, PostToSay(f"after the order at {way.here.name}")))


async def order_there(m: Meeting) -> None:
    """An order on their side: it is shown here as what their server says, and not obeyed."""
    if not isinstance(m.theirs, Chaupal):
        raise NotKnown("it knows no orders; what a server says of them is tried with a second Chaupal")
    uri = await m.theirs.say(m.bela, PostToSay("an order there is about this"))
    await arrives(Way(m.theirs, m.ours, m.bela, m.asha, m.gauri), uri)
    id_, of_theirs = [(await side.post(who, uri))["id"] for side, who in ((m.ours, m.asha), (m.theirs, m.bela))]
    ref = await m.theirs.withhold(uri)
    assert "an order there" not in (await m.theirs.shown(of_theirs, "IN"))[0]
    await until(partial(m.ours.states, m.asha, uri), "it is stated here")
    for country in ("IN", "DE"):
        text, why = await m.ours.shown(id_, country)
        assert ("an order there" in text, why["visible"], why["measures"]) == (True, True, []), (country, text, why)
        (said,) = why["stated"]
        assert (said["what"], said["country"]) == ("withheld", "IN"), said
        assert said["order"] == f"{m.theirs.server.url}/orders/{ref}", said


ROWS: tuple[Row, ...] = (
    found,
    follows,
    public,
    unlisted,
    private,
    direct,
    replies,
    mentions,
    likes,
    boosts,
    edits,
    deletes,
    polls,
    pictures,
    warnings,
    quotes,
    blocks,
    reports,
    moving,
    order_here,
    order_there,
)
