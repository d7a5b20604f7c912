"""Who is told of what: one notification per person and cause, never of one's own acts, never from whom one blocks.

Everything is looked up as it stands in this commit, so an event that is handled late or twice tells nothing untrue.
"""

from collections.abc import Collection, Sequence

from chaupal.fanout.context import Carrier
from chaupal.fanout.notifications import telling
from chaupal.policy.facts import Visibility
from chaupal.policy.gate import subjects_of
from chaupal.policy.narrow import open_to
from chaupal.policy.rules import LIMITS
from chaupal.policy.viewer import Role
from chaupal.social import events
from chaupal.store.identity import accounts
from chaupal.store.identity.facts_cache import rulings_in_force
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.notifications import notification_policy, notifications
from chaupal.store.notifications.notification_policy import ACCEPT, DROP, FILTER, NEW, Policy
from chaupal.store.square import conversations, finding, graph, people, polls, posting, quotes, reactions

VOTERS_AT_ONCE = 200  # who are told of a poll's end in one unit of work: nobody else's commit waits for all of them


async def published(carrier: Carrier, w: Writing, event: events.PostPublished) -> None:
    """Those it mentions, whose post it reposts, or who asked to hear of its author."""
    told: dict[int, str] = {}
    if event.boost_of_author is not None:
        told = dict.fromkeys(await _within(w, event, event.boost_of_author), "reblog")
    elif event.reply_to_account in (None, event.author) and event.visibility != Visibility.DIRECT:
        told = dict.fromkeys(await graph.to_be_told(w, event.author, event.language), "status")
    told |= {} if event.quiet else dict.fromkeys(event.mentions, "mention")
    if event.quote_of is not None and (quoted := await finding.source(w, event.quote_of)) is not None:
        for author in await _within(w, event, quoted.author):
            told.setdefault(author, "quote")
        if told.get(quoted.author) == "status":
            told[quoted.author] = "quote"
    if not told or await finding.source(w, event.post) is None:
        return
    await _tell(
        carrier,
        w,
        event.author,
        told,
        f"post:{event.post}",
        event.post,
        about=event.boost_of,
        private=event.visibility == Visibility.DIRECT,
        answers=event.reply_to_account,
    )


async def _quoted(carrier: Carrier, w: Writing, event: events.PostEdited, post: int) -> None:
    quoted = await finding.source(w, post)
    if quoted is None or await finding.source(w, event.post) is None:
        return
    told = dict.fromkeys(await _within(w, event, quoted.author), "quote")
    await _tell(carrier, w, event.author, told, f"post:{event.post}", event.post)


async def _within(w: Writing, event: events.PostPublished | events.PostEdited, account: int) -> list[int]:
    """The account, where a repost or a quote is for it: one for followers tells nobody else that it is there."""
    follows = event.visibility == Visibility.PRIVATE and await graph.wanted(w, account, event.author) is not None
    return [account] if event.visibility in open_to(here=True) or follows else []


async def edited(carrier: Carrier, w: Writing, event: events.PostEdited) -> None:
    """Those it names now, as of any mention; those who reposted or quoted it, that it says something else; whom it may quote now."""
    if event.quote_of is not None:
        await _quoted(carrier, w, event, event.quote_of)
    if not event.edited_at or await finding.source(w, event.post) is None:
        return
    cause = f"edit:{event.post}:{event.edited_at}"
    reposters = [author for _, author in await posting.reposts_of(w, event.post)]
    await _tell(carrier, w, event.author, dict.fromkeys(reposters, "update"), cause, event.post)
    for author, quoting in await quotes.authors(w, event.post):
        await _tell(carrier, w, event.author, {author: "quoted_update"}, f"{cause}:{quoting}", quoting)
    await _tell(carrier, w, event.author, dict.fromkeys(event.mentions, "mention"), f"post:{event.post}", event.post)


async def poll_ended(carrier: Carrier, w: Writing, event: events.PollEnded) -> None:
    """Whoever asked, and whoever answered: some of them in this unit, the others by the event that it leaves behind."""
    if await finding.source(w, event.post) is None:
        return
    voters = await polls.voters(w, event.post, event.told, VOTERS_AT_ONCE)
    for account in await _ours_among(carrier, w, voters if event.told else [event.author, *voters]):
        await notifications.add(
            w, carrier.make_id(), account, "poll", by=event.author, cause=f"poll:{event.post}", post=event.post
        )
    if len(voters) == VOTERS_AT_ONCE:
        w.tell(events.PollEnded(post=event.post, author=event.author, told=voters[-1]))


async def deleted(carrier: Carrier, w: Writing, event: events.PostDeleted) -> None:
    await notifications.drop_on(w, [post for post, _ in event.gone])


async def liked(carrier: Carrier, w: Writing, event: events.Liked) -> None:
    if await reactions.likes_it(w, event.by, event.post):
        cause = f"like:{event.by}:{event.post}"
        await _tell(carrier, w, event.by, {event.author: "favourite"}, cause, event.post)


async def unliked(carrier: Carrier, w: Writing, event: events.Unliked) -> None:
    if not await reactions.likes_it(w, event.by, event.post):
        await notifications.drop(w, event.author, f"like:{event.by}:{event.post}")


async def followed(carrier: Carrier, w: Writing, event: events.Followed) -> None:
    if await graph.wanted(w, event.by, event.to) is not None:
        await _tell(carrier, w, event.by, {event.to: "follow"}, f"follow:{event.by}")


async def unfollowed(carrier: Carrier, w: Writing, event: events.Unfollowed) -> None:
    if await graph.wanted(w, event.by, event.to) is None:
        await notifications.drop(w, event.to, f"follow:{event.by}")


async def follow_asked(carrier: Carrier, w: Writing, event: events.FollowAsked) -> None:
    if await graph.wanted(w, event.by, event.to, asked=True) is not None:
        await _tell(carrier, w, event.by, {event.to: "follow_request"}, f"ask:{event.by}")


async def answered(carrier: Carrier, w: Writing, event: events.FollowGranted | events.FollowRefused) -> None:
    """A request that was answered or withdrawn asks nothing any more."""
    if await graph.wanted(w, event.by, event.to, asked=True) is None:
        await notifications.drop(w, event.to, f"ask:{event.by}")


async def _tell(
    carrier: Carrier,
    w: Writing,
    by: int,
    told: dict[int, str],
    cause: str,
    post: int | None = None,
    *,
    about: int | None = None,
    private: bool = False,
    answers: int | None = None,
) -> None:
    """But for oneself, those who block one, and those who want to hear nothing from this conversation."""
    told = {account: kind for account, kind in told.items() if account != by}
    here = await _ours_among(carrier, w, told)
    told = {account: kind for account, kind in told.items() if account in here}
    if not told:
        return
    ways = await _sifted(w, by, list(told), private=private, answers=answers)
    muted = await conversations.muted_by(w, post, list(told)) if post is not None else ()
    house = private and by == await telling.speaker(w, 0)
    # Each has theirs before anybody is left out: numbers of one millisecond count up, and would tell who is told nothing, or apart.
    ids = {account: carrier.make_id() for account in told}
    for account, kind in told.items():
        if account in muted or (way := ways[account]) == DROP:
            continue
        apart = way == FILTER and kind != "status"
        fresh = await notifications.add(
            w, ids[account], account, kind, by=by, cause=cause, post=post, about=about, filtered=apart, mailed=house
        )
        if fresh and apart:
            await notification_policy.ask(w, carrier.make_id, account, by)


async def _ours_among(carrier: Carrier, w: Writing, accounts: Collection[int]) -> Collection[int]:
    """Those of them who read here: people of other servers hear of it from theirs."""
    return await people.ours_among(w, accounts) if carrier.settings.federates else accounts


async def _sifted(
    w: Writing, by: int, to: list[int], *, private: bool = False, answers: int | None = None
) -> dict[int, str]:
    """What becomes of a notification for each of them: whoever blocks its author is told nothing."""
    away = await graph.blockers(w, by, to) if to else frozenset[int]()
    return await sift(w, by, to, private=private, answers=answers) | dict.fromkeys(away, DROP)


async def sift(
    w: Writing, by: int, to: Sequence[int], *, private: bool = False, answers: int | None = None
) -> dict[int, str]:
    """Account -> accept, filter or drop. `private`: by a direct post; `answers`: whom it answers."""
    found = dict.fromkeys(to, ACCEPT)
    policies = await notification_policy.of_many(w, to) if to else {}
    # The house and its staff are heard: they tell people what was decided about them.
    if policies and await accounts.role_of(w, by) != Role.MEMBER:
        return found
    for account, policy in policies.items():
        found[account] = await _verdict(w, policy, account, by, private=private and answers != account)
    return found


async def _verdict(reading: Reading, policy: Policy, account: int, by: int, *, private: bool) -> str:
    tie = (await graph.ties(reading, account, [by]))[by]
    new = reading.now() - await notification_policy.made_at(reading, by) < NEW
    # Whoever one follows is never a stranger, and the strictest of what applies counts.
    said = [
        policy.not_following if not tie.following else ACCEPT,
        policy.not_followers if not tie.followed_by else ACCEPT,
        policy.new_accounts if new and not tie.following else ACCEPT,
        policy.private_mentions if private and not tie.following else ACCEPT,
        policy.limited_accounts if not tie.following and await _limited(reading, by) else ACCEPT,
    ]
    strictest = next((way for way in (DROP, FILTER) if way in said), ACCEPT)
    return ACCEPT if strictest != ACCEPT and await notification_policy.permitted(reading, account, by) else strictest


async def _limited(reading: Reading, account: int) -> bool:
    """By itself, or with its whole server."""
    rulings, sealed = await rulings_in_force(reading), await people.sealed_people(reading, [account])
    named = {account, *(subject.server for subject in subjects_of(list(sealed.values())))}
    return any(ruling.measure in LIMITS for id_ in named for ruling in rulings.on(id_))
