"""Whether a server is talked to, and what is taken from it: asked wherever words come from one or go to one.

By the same rulings as the gate's, with those of the names that a server stands below; and by the list, where a house keeps one.
"""

from collections.abc import Iterable

from chaupal.kernel.settings import Settings
from chaupal.policy.measures import Measure
from chaupal.policy.viewer import ABROAD
from chaupal.store.federation import limits, servers
from chaupal.store.identity.facts_cache import rulings_in_force
from chaupal.store.machine.work import Reading
from chaupal.text import hosts

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
