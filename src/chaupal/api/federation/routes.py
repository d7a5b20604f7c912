"""Every route for other servers on one screen; each names its surface in its own file."""

from chaupal.api.federation import actors, collections, inbox, objects
from chaupal.http.call import Route

ROUTES: tuple[Route, ...] = (*actors.ROUTES, *objects.ROUTES, *collections.ROUTES, *inbox.ROUTES)
