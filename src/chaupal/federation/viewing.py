"""Who asks for what is here: whoever signed the request, as the law sees them; else a stranger from nobody knows where."""

from typing import TYPE_CHECKING

from chaupal.federation.signing.asked import NotSigned
from chaupal.federation.signing.verifying import signed, verify
from chaupal.policy.viewer import ABROAD, Viewer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chaupal.federation.context import Federation


async def viewer(fed: "Federation", method: str, target: str, headers: "Mapping[str, str]") -> Viewer:
    """Who asks. Whoever signs so that it does not hold has not signed: they see what anybody sees.

    Where this server tells nobody whom it does not know (`authorized_fetch`), raises NotSigned; NotAllowed for a server that is
    not talked to.
    """
    try:
        if not signed(headers):
            raise NotSigned(why="there is none, and this server tells only those who sign")
        signer = await verify(fed, method, target, headers)
    except NotSigned:
        if fed.settings.authorized_fetch:
            raise
        return Viewer(country=ABROAD)
    return Viewer(account=signer.account, country=ABROAD)
