"""Every route of the API: the rows (`ROUTES`) of the modules in these folders; each names its surface there."""

from chaupal.api import admin, court, described, discovery, health, mastodon, oauth, oembed, own
from chaupal.http.call import Route
from chaupal.http.router import rows_of

ROOMS: tuple[Route, ...] = rows_of(mastodon, own, court, admin, oauth, oembed, discovery, health)
ROUTES: tuple[Route, ...] = (*ROOMS, *described.routes(ROOMS))
