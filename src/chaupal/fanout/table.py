"""The whole asynchronous life on one screen: event -> what follows from it.

AT_ONCE runs in the process that committed, before its author is answered: ids into feeds, nothing that can fail.
HANDLERS change rows, in one commit with striking the event off the outbox; they return letters to send, or None.
ERRANDS reach outside the store and may happen twice.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from chaupal.fanout import finding, home, joining, letters, notify, served, ties
from chaupal.fanout.context import Carrier
from chaupal.governance.events import DecisionServed, RulingLifted
from chaupal.kernel.event import Event
from chaupal.ports.mail import Letter
from chaupal.social.events import ConfirmationAsked, PasswordResetAsked
from chaupal.social.events_posts import PostDeleted, PostPublished
from chaupal.social.events_ties import (
    Blocked,
    FollowAsked,
    Followed,
    FollowGranted,
    FollowRefused,
    Liked,
    Muted,
    Unblocked,
    Unfollowed,
    Unliked,
    Unmuted,
)
from chaupal.store.work import Writing

type AtOnce = Callable[[Carrier, Any], None]
type Handler = Callable[[Carrier, Writing, Any], Awaitable[Sequence[Letter] | None]]
type Errand = Callable[[Carrier, Any], Awaitable[None]]

AT_ONCE: dict[type[Event], tuple[AtOnce, ...]] = {
    PostPublished: (home.push,),
    PostDeleted: (home.pull,),
    Followed: (ties.rebuild,),
    Unfollowed: (ties.rebuild,),
    FollowGranted: (ties.rebuild,),
    Blocked: (ties.rebuild,),
    Unblocked: (ties.rebuild,),
    Muted: (ties.rebuild,),
    Unmuted: (ties.rebuild,),
}

HANDLERS: dict[type[Event], tuple[Handler, ...]] = {
    PostPublished: (notify.published, finding.index),
    PostDeleted: (notify.deleted, finding.drop),
    Liked: (notify.liked,),
    Unliked: (notify.unliked,),
    Followed: (notify.followed,),
    Unfollowed: (notify.unfollowed,),
    FollowAsked: (notify.asked,),
    FollowGranted: (notify.answered,),
    FollowRefused: (notify.answered,),
    DecisionServed: (served.tell,),
    RulingLifted: (served.tell,),
}

ERRANDS: dict[type[Event], tuple[Errand, ...]] = {
    letters.LetterDue: (letters.send,),
    ConfirmationAsked: (joining.confirmation,),
    PasswordResetAsked: (joining.reset,),
}
