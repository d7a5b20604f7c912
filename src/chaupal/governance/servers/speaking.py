"""Whether a server is talked to, and what is taken from it: asked wherever words come from one or go to one.

By the same rulings as the gate's, with those of the names that a server stands below; and by the list, where a house keeps one.
"""

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
    if settings.federation == "off" or await _bound(reading, server, NOTHING):
        return False
    return settings.federation == "on" or await limits.is_allowed(reading, server)


async def may_call(settings: Settings, reading: Reading, domain: str) -> bool:
    """The same of a host that need not have been met: before anything is asked of it."""
    known = await servers.ids_of(reading, hosts.above(domain.lower()))
    for name, id_ in known.items():
        if await _bound(reading, id_, NOTHING):
            return False
        if settings.federation == "listed" and name == domain.lower():
            return await limits.is_allowed(reading, id_)
    return settings.federation == "on"


async def takes_media(settings: Settings, reading: Reading, server: int) -> bool:
    """Whether pictures and films of its people are fetched."""
    return await may_speak(settings, reading, server) and not await _bound(reading, server, NO_MEDIA)


async def takes_reports(settings: Settings, reading: Reading, server: int) -> bool:
    """Whether what its people complain of comes to the desk."""
    return await may_speak(settings, reading, server) and not await _bound(reading, server, NO_REPORTS)


async def _bound(reading: Reading, server: int, measures: frozenset[Measure]) -> bool:
    # Whoever is on another server is nowhere that we know of: only what holds everywhere binds, as with all limits of servers.
    return (await rulings_in_force(reading)).find(server, ABROAD, measures) is not None
