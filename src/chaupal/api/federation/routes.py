"""Every route for other servers on one screen; each names its surface in its own file."""

from chaupal.wire.route import Route

ROUTES: tuple[Route, ...] = ()
