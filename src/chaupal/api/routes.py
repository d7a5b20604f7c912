"""Every route of the API on one screen; each names its surface in its own room."""

from chaupal.api import (
    accounts,
    described,
    discovery,
    empties,
    instance,
    log,
    media,
    notifications,
    oauth,
    posting,
    reactions,
    search,
    ties,
    timelines,
    trends,
)
from chaupal.wire.route import Route

ROOMS: tuple[Route, ...] = (
    *timelines.ROUTES,
    *posting.ROUTES,
    *reactions.ROUTES,
    *ties.ROUTES,
    *accounts.ROUTES,
    *notifications.ROUTES,
    *search.ROUTES,
    *trends.ROUTES,
    *media.ROUTES,
    *oauth.ROUTES,
    *instance.ROUTES,
    *discovery.ROUTES,
    *log.ROUTES,
    *empties.ROUTES,
)

ROUTES: tuple[Route, ...] = (*ROOMS, *described.routes(ROOMS))
