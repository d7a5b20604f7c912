"""Deletions that no key which we know has signed: they wait with their signatures, which are held against the key when it is there.

Every deletion is answered alike and at once, and nobody sends again what was answered 202.
"""

from collections import Counter
from collections.abc import Sequence
from ipaddress import ip_network

import msgspec

from chaupal.federation.chains import NotThere
from chaupal.federation.context import Federation
from chaupal.federation.events import ActivityArrived
from chaupal.federation.reading.activities import Activity, in_few_words, read_act
from chaupal.federation.reading.values import parse, same_host
from chaupal.federation.signing.asked import Claim, NotSigned
from chaupal.federation.signing.verifying import signer_of
from chaupal.federation.taking import often
from chaupal.federation.taking.acting import Doer
from chaupal.kernel.errors import NotAllowed, Unavailable
from chaupal.kernel.logger import log
from chaupal.kernel.nets import plain
from chaupal.store.federation import arrivals, people, servers, uris
from chaupal.store.federation.arrivals import Arrival
from chaupal.store.machine.work import Reading, Writing

# Of one server, and of all: anybody can send these in anybody's name, while that one's server is away. Each has it asked, five times
# at most; and they leave the places of others alone, whose signature is known. Where all are taken, whoever took most gives way: of
# one server's places the net from which most were brought, of all the server in whose name.
OF_ONE, OF_ALL = 50, 1_000
LONGEST = 8_192  # bytes of one: two addresses, and what was signed


class Unproven(msgspec.Struct):
    """What it says in few words (what else it said was held against what was signed), by which keys somebody says they signed it, and
    from which net it was brought.
    """

    activity: str
    claims: list[Claim]
    net: str = ""


async def let_wait(fed: Federation, act: Activity, claims: Sequence[Claim], address: str) -> None:
    """Whoever it may be of, it is about what is here and theirs; beyond so much it is let go. `address`: who brings it."""
    theirs = [claim for claim in claims if same_host(claim.key, act.actor)]
    if not theirs or not same_host(act.object, act.actor) or (act.uri and not same_host(act.uri, act.actor)):
        return
    kept = Unproven(in_few_words(act).decode(), theirs, net_of(address))
    async with fed.work.writing() as w:
        waits = await _waits(fed, w, act, kept)
    if not waits:
        log.info("a deletion whose key is not known is let go", actor=act.actor)


def net_of(address: str) -> str:
    """Whose places are counted together: the /24, or of IPv6 the /48, that one hand may have whole."""
    ip = plain(address)
    return "" if ip is None else str(ip_network((int(ip), 24 if ip.version == 4 else 48), strict=False))


async def _waits(fed: Federation, w: Writing, act: Activity, said: Unproven) -> bool:
    """False where it is about nothing that is here, or there is no room for it."""
    server, kept = await _server(w, act), msgspec.json.encode(said)
    if not server or len(kept) > LONGEST or not await _has_room(fed, w, server, said.net):
        return False
    new = fed.make_id()
    try:
        await often.let_wait(fed, w, Doer(0, server, act.actor), kept, new)
    except Unavailable:
        return False
    w.tell(ActivityArrived(server=server, arrival=new))
    return True


async def _has_room(fed: Federation, w: Writing, server: int, net: str) -> bool:
    if await arrivals.of_nobody(w, server) >= OF_ONE:
        return await _takes_place_of_net(w, server, net)
    return await _of_all(fed, w) < OF_ALL or await _takes_place(w, server)


async def _takes_place_of_net(w: Writing, server: int, net: str) -> bool:
    """Whether another gave way: the newest from the net that brought most in this server's name, where that is more than this one."""
    brought: dict[str, list[int]] = {}
    for id_, activity in await arrivals.unproven_of(w, server):
        brought.setdefault(msgspec.json.decode(activity, type=Unproven).net, []).append(id_)
    most = max(brought.values(), key=len)
    return len(brought.get(net, ())) + 1 < len(most) and await arrivals.done(w, max(most))


async def _takes_place(w: Writing, server: int) -> bool:
    """Whether another gave way. Nobody who owns many hosts, or speaks in the names of many, keeps out those of whom little waits.

    Below one name of two parts stand one's hosts, or a country's: they give way together, and among themselves. Of two alike whoever
    was met last does.
    """
    crowds, names = await arrivals.crowds(w), Counter[str]()
    for crowd in crowds:
        names[_name(crowd.domain)] += crowd.many
    if names.total() < OF_ALL:
        return True
    most = max(crowds, key=lambda crowd: (names[_name(crowd.domain)], crowd.many, crowd.server))
    here, there = _name(await servers.domain(w, server)), _name(most.domain)
    own = next((crowd.many for crowd in crowds if crowd.server == server), 0)
    less = (names[here] + (here != there), own + 1, server) < (names[there], most.many, most.server)
    return less and await arrivals.done(w, most.newest)


def _name(domain: str) -> str:
    """The last two parts of a host's name, without its port; of an address, where it is."""
    host = domain.rpartition(":")[0] if domain.rpartition(":")[2].isdigit() else domain
    parts = host.split(".")
    return ".".join(parts[:2] if parts[-1].isdigit() else parts[-2:])


async def _of_all(fed: Federation, w: Writing) -> int:
    """How much of nobody waits, counted once in a while; whoever asks may add one."""
    known, at = fed.remembered.unproven
    if not 0 <= fed.clock() - at < often.COUNTED_EVERY:
        known, at = await arrivals.of_nobody_at_all(w), fed.clock()
    fed.remembered.unproven = known + 1, at
    return known


async def _server(reading: Reading, act: Activity) -> int:
    """Of whoever would delete something that is here; 0 where nothing is."""
    actor, thing = await uris.find(reading, act.actor), await uris.find(reading, act.object)
    if actor is None or thing is None or actor.gone or thing.gone or actor.kind != uris.ACCOUNT:
        return 0
    known = await people.remote_of(reading, actor.of)
    return 0 if known is None else known.server


async def proven(fed: Federation, arrival: Arrival) -> tuple[Doer | None, Activity]:
    """Who has signed it, as can be told now, and what it says; nobody where that will never be told. Raises NotThere."""
    kept = msgspec.json.decode(arrival.activity, type=Unproven)
    act = read_act(parse(kept.activity.encode()))
    try:
        signer = await signer_of(fed, kept.claims)
    except (NotSigned, NotAllowed) as problem:
        if isinstance(problem, NotSigned) and problem.passing:
            raise NotThere(why=problem.why, passing=True) from problem
        return None, act
    return Doer(signer.account, signer.server, signer.actor), act
