"""The whole asynchronous life on one screen: event -> what follows from it.

AT_ONCE runs in the process that committed, before its author is answered: ids into feeds, nothing that can fail.
HANDLERS change rows, in one commit with striking the event off the outbox; they return letters to send, or None.
ERRANDS reach outside the store and may happen twice.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from chaupal.fanout import finding, holding, home, severing
from chaupal.fanout.context import Carrier, Errand, Handler
from chaupal.fanout.notifications import alerts, appeals, complaints, demands, letters, notify, served, telling
from chaupal.fanout.outside import previews, verified_links, webhooks
from chaupal.federation.events import GATHERING
from chaupal.governance.events import (
    AppealAnswered,
    AppealDecided,
    AppealFiled,
    AuthorityChangeProposed,
    CaseDecided,
    ClockAlert,
    DecisionServed,
    NoticeAsked,
    OfficeUserInvited,
    OrderMoved,
    ReportReceived,
    ReportResolved,
    ReportToConfirm,
    RulingLifted,
    RulingSeconded,
    StatementPublished,
    WordsNamed,
)
from chaupal.kernel.event import Event
from chaupal.social.events import (
    AccountOpened,
    ConfirmationAsked,
    LinksToVerify,
    ListChanged,
    PasswordResetAsked,
    TagFollowed,
    TagUnfollowed,
)
from chaupal.social.events_posts import FilesUnwanted, PollEnded, PostDeleted, PostEdited, PostPublished
from chaupal.social.events_ties import (
    Blocked,
    FollowAsked,
    Followed,
    FollowGranted,
    FollowMoved,
    FollowRefused,
    Liked,
    Muted,
    ServerHidden,
    Unblocked,
    Unfollowed,
    Unliked,
    Unmuted,
)
from chaupal.store.machine.work import Writing

type AtOnce = Callable[[Carrier, Any], None]

AT_ONCE: dict[type[Event], tuple[AtOnce, ...]] = {
    PostPublished: (home.push,),
    PostEdited: (home.retag,),
    PostDeleted: (home.pull,),
    Followed: (home.rebuild,),
    Unfollowed: (home.rebuild,),
    FollowMoved: (home.rebuild,),
    FollowGranted: (home.rebuild,),
    Blocked: (home.rebuild,),
    Unblocked: (home.rebuild,),
    Muted: (home.rebuild,),
    Unmuted: (home.rebuild,),
    TagFollowed: (home.rearrange,),
    TagUnfollowed: (home.rearrange,),
    ListChanged: (home.rearrange,),
}

HANDLERS: dict[type[Event], tuple[Handler, ...]] = {
    AccountOpened: (alerts.joined,),
    PostPublished: (notify.published, home.take_in, finding.index, previews.want),
    PostEdited: (notify.edited, finding.index, previews.edited),
    PollEnded: (notify.poll_ended,),
    PostDeleted: (notify.deleted, home.take_out, finding.drop),
    Liked: (notify.liked,),
    Unliked: (notify.unliked,),
    Followed: (notify.followed,),
    Unfollowed: (notify.unfollowed,),
    FollowAsked: (notify.follow_asked,),
    FollowGranted: (notify.answered,),
    FollowRefused: (notify.answered,),
    OrderMoved: (demands.moved, webhooks.announce),
    CaseDecided: (demands.decided,),
    WordsNamed: (holding.named,),
    DecisionServed: (holding.hold, served.tell, complaints.acted, webhooks.announce, severing.suspended),
    RulingSeconded: (severing.suspended,),
    severing.TiesToEnd: (severing.go_on,),
    severing.EndToTell: (severing.tell,),
    ServerHidden: (severing.hidden,),
    RulingLifted: (served.tell, webhooks.announce),
    NoticeAsked: (served.again,),
    AppealFiled: (appeals.filed, webhooks.announce),
    AppealAnswered: (appeals.answered,),
    AppealDecided: (appeals.decided, webhooks.announce),
    ReportReceived: (complaints.received, alerts.reported, webhooks.announce),
    ReportResolved: (complaints.resolved,),
    ClockAlert: (alerts.tell, webhooks.announce),
    StatementPublished: (webhooks.announce,),
}


async def keep_untold(w: Writing, event: Event) -> None:
    """Where other servers are not talked to, and know of something here: what they would have to know is kept."""
    from chaupal.fanout.federation.untold import keep

    await keep(w, event)


async def catch_up(carrier: Carrier) -> int | None:
    """Where they are talked to: they are told first of what happened while they were not. See `federation.untold`."""
    from chaupal.fanout.federation import untold

    return await untold.catch_up(carrier)


@cache
def to_servers() -> dict[type[Event], tuple[Handler, ...]]:
    """What other servers are told of, beside HANDLERS and in the same commit; brought in where they are talked to."""
    from chaupal.fanout.federation.gathering import FETCHED
    from chaupal.fanout.federation.people import PEOPLE
    from chaupal.fanout.federation.posts import POSTS
    from chaupal.fanout.federation.ruled import RULED

    tables = (POSTS, PEOPLE, FETCHED, RULED)
    return {
        event: tuple(one for table in tables for one in table.get(event, ()))
        for event in POSTS | PEOPLE | FETCHED | RULED
    }


async def _gather(carrier: Carrier, event: Event) -> None:
    """Something is asked for at another server; brought in where they are talked to."""
    from chaupal.fanout.federation.gathering import GATHERED

    await GATHERED[type(event)](carrier, event)


ERRANDS: dict[type[Event], tuple[Errand, ...]] = {
    letters.LetterDue: (letters.send,),
    telling.WordDue: (telling.say,),
    ReportToConfirm: (complaints.confirmation,),
    ConfirmationAsked: (letters.confirmation,),
    PasswordResetAsked: (letters.reset,),
    LinksToVerify: (verified_links.verify,),
    OfficeUserInvited: (letters.invitation,),
    FilesUnwanted: (holding.let_go,),
    AuthorityChangeProposed: (letters.change_proposed,),
    **dict[type[Event], tuple[Errand, ...]].fromkeys(GATHERING, (_gather,)),
}

# Errands that wait for an address which anybody chose: carried out beside all others, so that one that is slow holds up nobody.
ASIDE = frozenset({LinksToVerify, *GATHERING})

# What could not be done, however often it was tried: in the commit that gives it up.
GIVEN_UP: dict[type[Event], Handler] = {letters.LetterDue: served.undelivered}
