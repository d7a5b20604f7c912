"""Every route for other servers on one screen; each names its surface in its own file."""

from chaupal.api.federation import inbox
from chaupal.wire.route import Route

ROUTES: tuple[Route, ...] = (*inbox.ROUTES,)
