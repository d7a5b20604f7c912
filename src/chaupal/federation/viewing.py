"""Who asks for what is here: whoever signed the request, as the law sees them; else a stranger from nobody knows where."""

from typing import TYPE_CHECKING

from chaupal.federation.signing.asked import NotSigned
from chaupal.federation.signing.verifying import signed, verify
from chaupal.kernel.errors import NotAllowed, Unavailable
from chaupal.policy.rules import SUSPENSION
from chaupal.policy.viewer import ABROAD, Viewer
from chaupal.store.identity.facts_cache import rulings_in_force

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chaupal.federation.context import Federation


async def viewer(fed: "Federation", method: str, target: str, headers: "Mapping[str, str]") -> Viewer:
    """Who asks. Whoever signs so that it does not hold has not signed: they see what anybody sees; and so does
    whoever is suspended here.

    Where this server tells nobody whom it does not know (`authorized_fetch`), raises NotSigned, or Unavailable where it cannot be
    told at the moment; NotAllowed for a server that is not talked to, and there for whoever is suspended.
    """
    try:
        if not signed(headers):
            raise NotSigned(why="there is none, and this server tells only those who sign")
        signer = await verify(fed, method, target, headers)
    except NotSigned as problem:
        if fed.settings.authorized_fetch and problem.passing:
            raise Unavailable from problem
        if fed.settings.authorized_fetch:
            raise
        return Viewer(country=ABROAD)
    async with fed.work.reading() as reading:
        suspended = (await rulings_in_force(reading)).find(signer.account, ABROAD, SUSPENSION) is not None
    if suspended and fed.settings.authorized_fetch:
        raise NotAllowed("server_limited")
    return Viewer(country=ABROAD) if suspended else Viewer(account=signer.account, country=ABROAD)
