"""Who is told of what: one notice per person and cause, never of one's own acts, never from whom one blocks.

Everything is looked up as it stands in this commit, so an event that is handled late or twice tells nothing untrue.
"""

from chaupal.fanout.context import Carrier
from chaupal.policy.facts import Visibility
from chaupal.social.events_posts import PostDeleted, PostPublished
from chaupal.social.events_ties import FollowAsked, Followed, FollowGranted, FollowRefused, Liked, Unfollowed, Unliked
from chaupal.store import finding, graph, notices, reactions
from chaupal.store.work import Writing


async def published(carrier: Carrier, w: Writing, event: PostPublished) -> None:
    """Those it mentions, whose post it reposts, or who asked to hear of its author."""
    post = await finding.source(w, event.post)
    if post is None:
        return
    told: dict[int, str] = {}
    if event.boost_of_author is not None:
        told[event.boost_of_author] = "reblog"
    elif event.reply_to_account in (None, event.author) and event.visibility != Visibility.DIRECT:
        told = dict.fromkeys(await graph.to_be_told(w, event.author), "status")
    told |= dict.fromkeys(event.mentions, "mention")
    told.pop(event.author, None)
    away = await graph.blockers(w, event.author, list(told)) if told else ()
    for account, kind in told.items():
        if account not in away:
            await notices.add(
                w, carrier.make_id(), account, kind, by=event.author, cause=f"post:{event.post}", post=event.post
            )  # fmt: skip


async def deleted(carrier: Carrier, w: Writing, event: PostDeleted) -> None:
    await notices.drop_on(w, [post for post, _ in event.gone])


async def liked(carrier: Carrier, w: Writing, event: Liked) -> None:
    if await reactions.likes_it(w, event.by, event.post):
        await _tell(carrier, w, event.author, "favourite", event.by, f"like:{event.by}:{event.post}", event.post)


async def unliked(carrier: Carrier, w: Writing, event: Unliked) -> None:
    if not await reactions.likes_it(w, event.by, event.post):
        await notices.drop(w, event.author, f"like:{event.by}:{event.post}")


async def followed(carrier: Carrier, w: Writing, event: Followed) -> None:
    if await graph.wanted(w, event.by, event.to) is not None:
        await _tell(carrier, w, event.to, "follow", event.by, f"follow:{event.by}")


async def unfollowed(carrier: Carrier, w: Writing, event: Unfollowed) -> None:
    if await graph.wanted(w, event.by, event.to) is None:
        await notices.drop(w, event.to, f"follow:{event.by}")


async def asked(carrier: Carrier, w: Writing, event: FollowAsked) -> None:
    if await graph.wanted(w, event.by, event.to, asked=True) is not None:
        await _tell(carrier, w, event.to, "follow_request", event.by, f"ask:{event.by}")


async def answered(carrier: Carrier, w: Writing, event: FollowGranted | FollowRefused) -> None:
    """A request that was answered or withdrawn asks nothing any more."""
    if await graph.wanted(w, event.by, event.to, asked=True) is None:
        await notices.drop(w, event.to, f"ask:{event.by}")


async def _tell(
    carrier: Carrier, w: Writing, account: int, kind: str, by: int, cause: str, post: int | None = None
) -> None:  # fmt: skip
    if account != by and not await graph.blockers(w, by, [account]):
        await notices.add(w, carrier.make_id(), account, kind, by=by, cause=cause, post=post)
