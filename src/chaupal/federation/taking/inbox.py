"""The inbox: what a server said is read, held against who signed it, and done once; what needs something else first waits for it."""

import hashlib

import msgspec

from chaupal.federation import finding
from chaupal.federation.chains import Chain, NotThere
from chaupal.federation.context import Federation
from chaupal.federation.events import ActivityArrived
from chaupal.federation.reading.activities import Activity, in_few_words, read_act
from chaupal.federation.reading.objects import is_gone, is_post, read_post
from chaupal.federation.reading.values import Unreadable, kinds_of, parse, same_host, uri_of, value_of, word_of
from chaupal.federation.taking import often, unproven
from chaupal.federation.taking.acting import Deed, Doer, inside
from chaupal.federation.taking.table import Need, Taker, taker_of
from chaupal.kernel.clock import SECOND
from chaupal.kernel.errors import Problem, Unavailable, passes
from chaupal.kernel.logger import log
from chaupal.policy.measures import Measure
from chaupal.policy.rules import SUSPENSION
from chaupal.policy.viewer import ABROAD
from chaupal.store.federation import arrivals, people, servers, uris
from chaupal.store.federation.arrivals import Arrival
from chaupal.store.identity.facts_cache import rulings_in_force
from chaupal.store.machine.work import Reading, Writing

LATELY = 5 * SECOND
TRIES = 3  # of a unit that met another one
LETTING_GO = ("Undo", "Delete")  # what works for those who are suspended, too
SILENCING = SUSPENSION | {Measure.FREEZE}
FORWARDED = ("Create", "Update", "Delete")  # what servers pass on that others signed


def read(body: bytes) -> Activity | None:
    """What is said; None for what is of no kind that is known. Raises Unreadable."""
    try:
        return read_act(parse(body))
    except Unreadable as problem:
        if problem.why == "unknown_kind":
            return None
        raise


async def is_nothing(fed: Federation, act: Activity) -> bool:
    """Whether it is not worth a look at who signed it. Servers tell everybody whom they know of every account that is gone; of one that
    was never here not even the key can be asked for any more.
    """
    if act.kind != "Delete":
        return False
    async with fed.work.reading() as reading:
        known = await uris.find(reading, act.actor)
    return known is None or known.gone


async def take(fed: Federation, by: Doer, act: Activity, body: bytes) -> None:
    """Whatever `by` signed. What is nobody's business here is let go without a trace.

    Raises Unreadable for what cannot be believed of them at all; Unavailable and TooMany where it has to be sent again.
    """
    if act.kind == "Announce" and act.object_kind and not is_post(act.whole):
        # Groups repeat what was done in them (FEP-1b12). Of likes they repeat nothing could be believed, nor asked for.
        if act.object_kind not in FORWARDED:
            return
        act = read_act(act.whole)
    if act.actor != by.actor:
        await _pass_on(fed, by, act, body)
        return
    if act.uri and not same_host(act.uri, by.actor):
        if act.kind != "Undo":
            raise Unreadable("id_elsewhere")
        # snac2 (2.75) makes the id out of that of what it undoes. Nothing is ever known by it; what it says is known by its words.
        act = msgspec.structs.replace(act, uri="")
    taker = taker_of(act)
    if taker is None:
        return
    async with fed.work.reading() as reading:
        if await arrivals.was_heard(reading, _name(act, body)) or not await taker.concerns(fed, reading, by, act):
            return
        if act.kind not in LETTING_GO and await _is_limited(reading, by):
            return
        needs = await taker.needs(fed, reading, by, act)
    often.count(fed, by, act)
    if needs:
        await _wait(fed, by, _name(act, body), body)
    else:
        await _carry_out(fed, by, act, taker, _name(act, body))


async def _is_limited(reading: Reading, by: Doer) -> bool:
    """Whether their account is suspended or frozen here: as with ours, they do nothing any more but take back what they did."""
    return (await rulings_in_force(reading)).find(by.account, ABROAD, SILENCING) is not None


def _name(act: Activity, body: bytes) -> str:
    """By what it is known again. All likes of one post by one person have one id where snac2 (2.75) sends them, however often they are
    taken back: when they were said tells them apart.
    """
    if not act.uri:
        return f"{act.actor} {hashlib.sha256(body).hexdigest()}"
    said_at = word_of(act.raw, "published") if act.kind == "Like" else ""
    return f"{act.uri} {said_at}" if said_at else act.uri


async def _wait(fed: Federation, by: Doer, name: str, body: bytes) -> None:
    """Written down, to be gone on with beside everything else. Raises Unavailable where their server has too much waiting."""
    async with fed.work.writing() as w:
        if not await arrivals.hear(w, name):
            return
        new = fed.make_id()
        await often.let_wait(fed, w, by, body, new)
        w.tell(ActivityArrived(server=by.server, arrival=new))


async def _pass_on(fed: Federation, by: Doer, act: Activity, body: bytes) -> None:
    """What somebody else said, and `by` only brings along: nothing of it is believed or kept, but where it may be about what is here,
    its own server is asked. Raises Unreadable.
    """
    if act.kind not in FORWARDED or not act.object:
        raise Unreadable("not_theirs")
    if not same_host(act.object, act.actor):
        raise Unreadable("not_theirs")
    # Noted under a name of its own: whoever brings it along cannot make the activity itself count as heard, whose id anybody can guess.
    name = f"{by.actor} brings {_name(act, body)}"
    async with fed.work.reading() as reading:
        wanted = await _may_be_here(reading, fed, act) and not await arrivals.was_heard(reading, _name(act, body))
    if wanted:
        await _wait(fed, by, name, in_few_words(act))


async def _may_be_here(reading: Reading, fed: Federation, act: Activity) -> bool:
    known = await uris.find(reading, act.object)
    if act.kind != "Create" or known is not None:
        return act.kind != "Create" and known is not None and not known.gone
    above = uri_of(value_of(act.whole or {}, "inReplyTo"))
    return above.startswith(f"{fed.settings.origin}/") or (bool(above) and await uris.find(reading, above) is not None)


async def _carry_out(fed: Federation, by: Doer, act: Activity, taker: Taker, name: str, *, arrival: int = 0) -> None:
    """What it says, and that it was heard: one commit. What the square refuses was heard all the same."""

    async def first(w: Writing) -> bool:
        return await arrivals.done(w, arrival) if arrival else await arrivals.hear(w, name)

    for attempt in range(TRIES):
        try:
            async with fed.work.writing() as w:
                noted = False
                if await first(w):
                    noted = await _note(fed, w, by.server)
                    await taker.take(Deed(inside(fed, w), w, by, act))
            if noted:
                fed.remembered.heard.put(by.server, fed.clock())
            return
        except (Problem, Unreadable) as problem:
            if isinstance(problem, Problem) and passes(problem):
                if attempt == TRIES - 1:
                    raise Unavailable from problem
                continue
            log.info(
                "an activity of another server is refused", kind=act.kind, why=getattr(problem, "why", problem.args)
            )
            async with fed.work.writing() as w:
                await first(w)
            return


async def _note(fed: Federation, w: Writing, server: int) -> bool:
    """It is there: what waits for it is sent. False where that was written down a moment ago: some say a hundred things in a second."""
    if 0 <= fed.clock() - fed.remembered.heard.items.get(server, -LATELY) < LATELY:
        return False
    await servers.heard_from(w, server)
    return True


# --- what had to wait ---


async def carry_on(fed: Federation, arrival: Arrival) -> None:
    """Ask for what an activity needs, and do it then; of a server that is not talked to any more it is let go.

    Raises NotThere where a server may answer later.
    """
    if not await fed.may_speak(arrival.server):
        await drop(fed, arrival)
        return
    try:
        ready = await _ready(fed, arrival)
    except NotThere as problem:
        if problem.passing:
            raise
        log.info("an activity needs what is not there", why=problem.why)
        ready = None
    except Unreadable as problem:
        log.info("an activity needs what cannot be read", why=problem.why)
        ready = None
    if ready is None:
        await drop(fed, arrival)
    else:
        by, act, taker = ready
        await _carry_out(fed, by, act, taker, "", arrival=arrival.id)


async def _ready(fed: Federation, arrival: Arrival) -> tuple[Doer, Activity, Taker] | None:
    """Whose activity it is, and what it says, with all that it needs known here; None where it is nothing after all."""
    if arrival.by:
        by, act = await _doer(fed, arrival), read_act(parse(arrival.activity.encode()))
        passed_on = by is not None and act.actor != by.actor
    else:
        by, act = await unproven.proven(fed, arrival)
        passed_on = by is None or act.actor != by.actor
    chain = Chain(fed)
    if passed_on:
        by, act = await _from_its_own_server(fed, chain, act)
    taker = taker_of(act)
    if by is None or taker is None:
        return None
    async with fed.work.reading() as reading:
        if act.kind not in LETTING_GO and await _is_limited(reading, by):
            return None
        needs = await taker.needs(fed, reading, by, act)
    for need in needs:
        act = await _ask_for(fed, chain, act, need)
    if passed_on or any(need.what == "whole" for need in needs):  # only now it is known what it is about
        async with fed.work.reading() as reading:
            if not await taker.concerns(fed, reading, by, act):
                return None
            needs = await taker.needs(fed, reading, by, act)
        for need in needs:
            act = await _ask_for(fed, chain, act, need)
    return by, act, taker


async def drop(fed: Federation, arrival: Arrival) -> None:
    """It waits no more, and nothing came of it."""
    async with fed.work.writing() as w:
        await arrivals.done(w, arrival.id)


async def _doer(fed: Federation, arrival: Arrival) -> Doer | None:
    async with fed.work.reading() as reading:
        known = await people.remote_of(reading, arrival.by)
    return None if known is None or known.gone_at is not None else Doer(known.account, known.server, known.uri)


async def _ask_for(fed: Federation, chain: Chain, act: Activity, need: Need) -> Activity:
    """The activity, with what was found. Raises NotThere where it is nothing without it."""
    try:
        match need.what:
            case "whole":
                whole = await chain.whole(need.uri)
                return msgspec.structs.replace(
                    act, whole=whole, object=uri_of(whole), object_kind=next(iter(kinds_of(whole)), "")
                )
            case "profile":
                await finding.person(fed, need.uri, chain=chain, fresh=True)
            case "person":
                await finding.person(fed, need.uri, chain=chain)
            case _:
                await finding.post(fed, need.uri, chain=chain)
    except NotThere:
        if need.must:
            raise
    return act


async def _from_its_own_server(fed: Federation, chain: Chain, act: Activity) -> tuple[Doer | None, Activity]:
    """What somebody else brought along, as the server says it whose it is: then it is as if its author had sent it."""
    try:
        whole = await chain.whole(act.object)
    except NotThere as problem:
        if act.kind == "Delete" and problem.gone:
            return await _author(fed, act.object), act
        raise
    if is_gone(whole) and act.kind == "Delete":
        return await _author(fed, act.object), act
    if act.kind == "Delete" or not is_post(whole):
        return None, act
    said = read_post(whole)
    account = await finding.person(fed, said.by, chain=chain)
    async with fed.work.reading() as reading:
        known = await people.remote_of(reading, account)
    if known is None:
        return None, act
    act = msgspec.structs.replace(
        act, actor=said.by, whole=whole, object=said.uri, object_kind=said.kind, to=said.to, cc=said.cc, brought=True
    )
    return Doer(account, known.server, known.uri), act


async def _author(fed: Federation, uri: str) -> Doer | None:
    """Whose post it is that is known here by this id, or who has it themselves."""
    async with fed.work.reading() as reading:
        found = await uris.find(reading, uri)
        whose = 0 if found is None else found.of if found.kind == uris.ACCOUNT else found.by
        known = await people.remote_of(reading, whose) if whose else None
    return None if known is None else Doer(known.account, known.server, known.uri)
