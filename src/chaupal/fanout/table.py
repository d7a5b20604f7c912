"""The table of consequences: event -> the handlers that run because of it.

AT_ONCE runs in the process that committed, before its author is answered: ids into homes, nothing that can fail.
HANDLERS change rows, in one commit with striking the event off the outbox.
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
from chaupal.governance import events as court
from chaupal.kernel.event import Event
from chaupal.social import events
from chaupal.store.machine.work import Writing

type AtOnce = Callable[[Carrier, Any], None]

AT_ONCE: dict[type[Event], tuple[AtOnce, ...]] = {
    events.PostPublished: (home.push,),
    events.PostEdited: (home.retag,),
    events.PostDeleted: (home.pull,),
    events.Followed: (home.rebuild,),
    events.Unfollowed: (home.rebuild,),
    events.FollowMoved: (home.rebuild,),
    events.FollowGranted: (home.rebuild,),
    events.Blocked: (home.rebuild,),
    events.Unblocked: (home.rebuild,),
    events.Muted: (home.rebuild,),
    events.Unmuted: (home.rebuild,),
    events.TagFollowed: (home.rearrange,),
    events.TagUnfollowed: (home.rearrange,),
    events.ListChanged: (home.rearrange,),
}

HANDLERS: dict[type[Event], tuple[Handler, ...]] = {
    events.AccountOpened: (alerts.joined,),
    events.JoiningAsked: (alerts.asks_to_join,),
    events.LetIn: (letters.let_in,),
    events.LeavingAsked: (letters.leaving_asked,),
    events.TurnedAway: (letters.turned_away,),
    events.PostPublished: (notify.published, home.take_in, finding.index, previews.want),
    events.PlanFailed: (alerts.unsaid,),
    events.PostEdited: (notify.edited, finding.index, previews.edited),
    events.PollEnded: (notify.poll_ended,),
    events.PostDeleted: (notify.deleted, home.take_out, finding.drop),
    events.Liked: (notify.liked,),
    events.Unliked: (notify.unliked,),
    events.Followed: (notify.followed,),
    events.Unfollowed: (notify.unfollowed,),
    events.FollowAsked: (notify.follow_asked,),
    events.FollowGranted: (notify.answered,),
    events.FollowRefused: (notify.answered,),
    court.OrderMoved: (demands.moved, alerts.moved, alerts.came_in, webhooks.announce),
    court.CaseDecided: (demands.decided,),
    court.WordsNamed: (holding.named,),
    court.DecisionServed: (holding.hold, served.tell, complaints.acted, webhooks.announce, severing.suspended),
    court.RulingSeconded: (severing.suspended,),
    severing.TiesToEnd: (severing.go_on,),
    severing.EndToTell: (severing.tell,),
    events.ServerHidden: (severing.hidden,),
    events.AccountUnlocked: (severing.unlocked,),
    court.RulingLifted: (served.tell, complaints.lifted, webhooks.announce),
    court.NoticeAsked: (served.again,),
    telling.WordDue: (telling.say,),
    court.AppealFiled: (appeals.filed, alerts.appealed, webhooks.announce),
    court.AppealAnswered: (appeals.answered,),
    court.AppealDecided: (appeals.decided, webhooks.announce),
    court.ReportReceived: (complaints.received, alerts.reported, webhooks.announce),
    court.ReportResolved: (complaints.resolved,),
    court.ClockAlert: (alerts.tell, webhooks.announce),
    court.ClocksPassed: (alerts.write,),
    court.RoleGiven: (alerts.given_role,),
    court.SecondStepWanted: (alerts.second_wanted,),
    court.SecondStepEnded: (alerts.second_ended,),
    court.StatementPublished: (webhooks.announce,),
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
    court.ReportToConfirm: (complaints.confirmation,),
    events.ConfirmationAsked: (letters.confirmation,),
    events.PasswordResetAsked: (letters.reset,),
    events.EmailChangeAsked: (letters.new_address,),
    events.CodesGuessed: (letters.guessed,),
    events.LinksToVerify: (verified_links.verify,),
    court.OfficeUserInvited: (letters.invitation,),
    court.OfficeCodesGuessed: (letters.guessed_at_portal,),
    events.FilesUnwanted: (holding.let_go,),
    court.AuthorityChangeProposed: (letters.change_proposed,),
    **dict[type[Event], tuple[Errand, ...]].fromkeys(GATHERING, (_gather,)),
}

# Errands that wait for an address which anybody chose: carried out beside all others, so that one that is slow holds up nobody.
ASIDE = frozenset({events.LinksToVerify, *GATHERING})

# What could not be done, however often it was tried: in the commit that gives it up.
GIVEN_UP: dict[type[Event], Handler] = {letters.LetterDue: letters.given_up}
