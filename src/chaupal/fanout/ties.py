"""Homes hang on whom one follows: when that changes, they are built anew at the next read."""

from chaupal.fanout.context import Carrier
from chaupal.social.events_own import HomeChanged
from chaupal.social.events_ties import TieChanged


def rebuild(carrier: Carrier, event: TieChanged) -> None:
    """At once, so that the next look is right already."""
    carrier.feeds.dismiss(event.by)


def rearrange(carrier: Carrier, event: HomeChanged) -> None:
    """The same for followed tags, and for lists, which may be exclusive."""
    carrier.feeds.dismiss(event.account)
