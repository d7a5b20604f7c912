"""Whether a server is talked to, and what is taken from it: asked wherever words come from one or go to one; by the same rulings as the
gate's, with those of the names that a server stands below, and by the list of those let in by name, where a house keeps one.

One lets a server in; taking it off the list takes two, as a suspension.
"""

from collections.abc import Iterable

import msgspec

from chaupal.governance.cases import guards
from chaupal.governance.context import Court, pseudonym
from chaupal.governance.log import log
from chaupal.governance.orders.papers import check_may, check_reason
from chaupal.governance.people.account_desk import reason_of
from chaupal.governance.servers import limits as desk
from chaupal.kernel.errors import Conflict, Invalid, or_not_found
from chaupal.kernel.settings import Settings
from chaupal.policy.measures import Measure
from chaupal.policy.viewer import ABROAD, Viewer
from chaupal.store.federation import limits, servers
from chaupal.store.federation.limits import AllowedServer as AllowedServer
from chaupal.store.identity.facts_cache import rulings_in_force
from chaupal.store.machine.work import Reading, Writing
from chaupal.text import hosts
from chaupal_audit.log import entries

NOTHING = frozenset({Measure.SUSPEND_SERVER})
NO_MEDIA = NOTHING | {Measure.REFUSE_MEDIA}
NO_REPORTS = NOTHING | {Measure.REFUSE_REPORTS}


async def may_speak(settings: Settings, reading: Reading, server: int) -> bool:
    """Whether it is heard and told anything."""
    return await limits.may_speak(settings, reading, server)


async def spoken_to(settings: Settings, reading: Reading, asked: Iterable[int]) -> frozenset[int]:
    """Those of many servers that are told anything: one look at the law for all of them."""
    if settings.federation == "off":
        return frozenset()
    rulings = await rulings_in_force(reading)
    open_ = frozenset(server for server in asked if rulings.find(server, ABROAD, NOTHING) is None)
    return open_ if settings.federation == "on" else await limits.which_allowed(reading, open_)


async def may_call(settings: Settings, reading: Reading, domain: str, *, named: bool = True) -> bool:
    """The same of a host that need not have been met: before anything is asked of it.

    `named`: where a house keeps a list, it must stand there; files may lie on hosts that nobody knows by name.
    """
    domain = domain.lower()
    known = await servers.ids_of(reading, hosts.above(domain))
    if settings.federation == "off" or any([await _bound(reading, id_, NOTHING) for id_ in known.values()]):
        return False
    if settings.federation == "on" or not named:
        return True
    return domain in known and await limits.is_allowed(reading, known[domain])


async def takes_media(settings: Settings, reading: Reading, server: int) -> bool:
    """Whether pictures and films of its people are fetched."""
    return await may_speak(settings, reading, server) and not await _bound(reading, server, NO_MEDIA)


async def refuses_reports(reading: Reading, server: int) -> bool:
    """Whether the house decided to take none from there."""
    return await _bound(reading, server, NO_REPORTS)


async def takes_reports(settings: Settings, reading: Reading, server: int) -> bool:
    """Whether what its people complain of comes to the desk."""
    return await may_speak(settings, reading, server) and not await refuses_reports(reading, server)


async def _bound(reading: Reading, server: int, measures: frozenset[Measure]) -> bool:
    # Whoever is on another server is nowhere that we know of: only what holds everywhere binds, as with all limits of servers.
    return (await rulings_in_force(reading)).find(server, ABROAD, measures) is not None


MAY = "sanction"
DECIDED = "decided_meanwhile"


async def listed(court: Court, viewer: Viewer) -> list[AllowedServer]:
    """All that are let in, the newest first. Raises NotAllowed."""
    check_may(viewer, "see_office")
    async with court.work.reading() as reading:
        return await limits.allowed(reading)


async def by_id(court: Court, viewer: Viewer, id_: int) -> AllowedServer:
    """Raises NotAllowed, NotFound."""
    check_may(viewer, "see_office")
    async with court.work.reading() as reading:
        return await _there(reading, id_)


async def named(court: Court, viewer: Viewer, domain: str) -> AllowedServer:
    """One that is let in, by its name. Raises NotAllowed, NotFound."""
    asked = hosts.server_named(domain)
    return or_not_found(next((one for one in await listed(court, viewer) if one.domain == asked), None))


async def let_in(court: Court, viewer: Viewer, domain: str, reason: str) -> AllowedServer:
    """Raises NotAllowed, and Invalid where it is no server, or is let in already."""
    me, reason, domain = check_may(viewer, MAY), check_reason(reason_of(reason, told=True)), hosts.server_named(domain)
    id_ = await desk.written_down(court, viewer, domain, field="domain")
    new = AllowedServer(
        id=court.make_id(), server_id=id_, reason=reason, by=me, at=court.clock(), log_index=0, domain=domain
    )
    async with court.work.writing() as w:
        await guards.act(w, viewer, MAY)
        leaf = await _log(court, w, new, "let_in", me, None, reason)
        new = msgspec.structs.replace(new, log_index=leaf)
        if not await limits.allow(w, new):
            raise Invalid("server_let_in", field="domain")
    return new


async def take_off(court: Court, viewer: Viewer, id_: int, reason: str = "", seen: int | None = None) -> bool:
    """Propose that it is talked to no more; or, where another did, agree. Whether it is off the list now.

    `seen`: its newest entry of the log on the page that was looked at. Raises NotAllowed for who proposed it, NotFound, Conflict
    also where it has moved since: nobody who proposes agrees unawares to what another proposed just now.
    """
    me, reason = check_may(viewer, MAY), check_reason(reason_of(reason, told=True))
    async with court.work.writing() as w:
        found = await _there(w, id_)
        if seen not in (None, found.log_index):
            raise Conflict(DECIDED)
        if found.ending_by is None:
            await guards.act(w, viewer, MAY)
            leaf = await _log(court, w, found, "ending_proposed", me, None, reason)
            if not await limits.ask_end(w, id_, me, reason, leaf):
                raise Conflict(DECIDED)
            return False
        await guards.check_second(w, me, found.ending_by, MAY, MAY)
        leaf = await _log(court, w, found, "taken_off", found.ending_by, me, found.ending_reason)
        if not await limits.end(w, id_, me, found.ending_by, court.clock(), leaf):
            raise Conflict(DECIDED)
    return True


async def keep(court: Court, viewer: Viewer, id_: int) -> None:
    """It stays on the list after all: whoever may propose its end may say so. Raises NotAllowed, NotFound, Conflict."""
    me = check_may(viewer, MAY)
    async with court.work.writing() as w:
        found = await _there(w, id_)
        await guards.act(w, viewer, MAY)
        leaf = await _log(court, w, found, "kept", me, None, "")
        if not await limits.keep(w, id_, leaf):
            raise Conflict(DECIDED)


async def _there(reading: Reading, id_: int) -> AllowedServer:
    return or_not_found(await limits.allowance(reading, id_))


async def _log(
    court: Court, w: Writing, found: AllowedServer, step: str, by: int, second: int | None, reason: str
) -> int:
    public = entries.Server(
        step=step, by=pseudonym(court, by), second=None if second is None else pseudonym(court, second)
    )
    sealed = {"server": found.domain} | ({"reason": reason} if reason else {})
    written = log.EntryContent(public, sealed, tuple(sealed))
    ref, prev = f"server-{found.id}", found.log_index or None
    return await log.append(court, w, ref, written, prev=prev)
