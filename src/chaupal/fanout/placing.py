"""Which open connections hear of an event, and as what. Only ids are sent; words are looked up when each viewer is told."""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from chaupal.fanout.streams import Placed, Placing, Streams
from chaupal.governance.events import DecisionServed, RulingChanged, RulingLifted
from chaupal.http import listening
from chaupal.http.listening import EVERYBODY, ReactionTiding, Tiding, home_of
from chaupal.policy.facts import Visibility
from chaupal.policy.gate import subjects_of
from chaupal.policy.measures import HIDING, SCOPES, SHADING, WITHHOLDING
from chaupal.policy.rules import as_known, on_any
from chaupal.policy.rulings import RulingIndex
from chaupal.social import events
from chaupal.store.court import rulings
from chaupal.store.federation import limits
from chaupal.store.identity.facts_cache import rulings_in_force
from chaupal.store.notifications.notification_policy import NotificationsMerged
from chaupal.store.notifications.notifications import NotificationMade
from chaupal.store.square import media, posts, quotes
from chaupal.store.square.announcements import AnnouncementEnded, AnnouncementTold, ReactionMoved
from chaupal.store.square.conversations import ConversationMoved, MessageSeen
from chaupal.store.square.people import sealed_people

POSTS_BACK = 20  # of one that is back: these are sent whole
QUOTES_TOLD = 50  # newest posts that quote what a ruling is about: they look different now
POSTS_TOLD = 100  # newest posts of an account that is withheld: what a client may well have before it
COVERING = frozenset(m for m in WITHHOLDING if m.row.hides in ("post", "media"))


async def _published(streams: Streams, event: events.PostPublished) -> list[Placed]:
    if event.visibility == Visibility.DIRECT:
        return []  # told as a conversation, once it stands among the messages of whom it is for
    tiding = Tiding("update", event.post)
    return [(topic, tiding) for topic in await _topics(streams, event)]


async def _edited(streams: Streams, event: events.PostEdited | events.QuoteRevoked | events.CardShown) -> list[Placed]:
    """Wherever the post was told of: that it has changed."""
    tiding = Tiding("status.update", event.post)
    if event.visibility == Visibility.DIRECT:
        return [(home_of(event.author), tiding)]
    return [(topic, tiding) for topic in await _topics(streams, event)]


async def _topics(
    streams: Streams, event: events.PostPublished | events.PostEdited | events.QuoteRevoked | events.CardShown
) -> set[str]:
    topics = streams.homes([event.author]) | streams.lists([event.author])
    boost = isinstance(event, events.PostPublished) and event.boost_of is not None
    if event.visibility == Visibility.PUBLIC and not boost:
        async with streams.work.reading() as reading:
            subjects = subjects_of(await posts.sealed_posts(reading, (event.post,)))
        for subject in subjects:
            topics.update(listening.tag_topic(term) for term in subject.terms)
            if not subject.server:
                topics.update(listening.tag_here_topic(term) for term in subject.terms)
            topics |= streams.tagged(subject.terms)
            if isinstance(event, events.QuoteRevoked) or event.reply_to_account in (None, event.author):
                squares = {listening.PUBLIC, listening.ELSEWHERE if subject.server else listening.HERE}
                topics |= squares | (_with_media(squares) if subject.media else set())
    return topics


def _with_media(topics: Iterable[str]) -> set[str]:
    return {topic + listening.MEDIA for topic in topics}


SQUARES = (listening.PUBLIC, listening.HERE, listening.ELSEWHERE)
EVERY_SQUARE = frozenset((*SQUARES, *_with_media(SQUARES)))


async def _deleted(streams: Streams, event: events.PostDeleted) -> list[Placed]:
    """To those who may have it on their screens; others must not learn that it existed."""
    who = {event.author, *event.mentions}
    topics = {home_of(account) for account in who} | {listening.direct_of(account) for account in who}
    if event.visibility != Visibility.DIRECT:
        authors = [author for id_, author in event.gone if id_ == event.post or id_ not in event.reserved]
        topics |= streams.homes(authors) | await streams.lists_of_followers(authors)
    if event.visibility == Visibility.PUBLIC:
        topics |= {*EVERY_SQUARE, *streams.tags(), *streams.tagged(event.tags)}
    told: list[Placed] = []
    for id_, author in event.gone:
        # A repost for a few is told to these alone, though what it carried was everybody's.
        apart = id_ != event.post and id_ in event.reserved
        whom = streams.homes([author]) | await streams.lists_of_followers([author]) if apart else topics
        told += [(topic, Tiding("delete", one)) for topic in whom for one in ((event.post, id_) if apart else (id_,))]
    return list(dict.fromkeys(told))


async def _conversed(streams: Streams, event: ConversationMoved | MessageSeen) -> list[Placed]:
    return [(listening.direct_of(event.account), Tiding("conversation", event.root))]


async def _announced(streams: Streams, event: AnnouncementTold) -> list[Placed]:
    return [(listening.ANNOUNCED, Tiding("announcement", event.announcement))]


async def _unannounced(streams: Streams, event: AnnouncementEnded) -> list[Placed]:
    return [(listening.ANNOUNCED, Tiding("announcement.delete", event.announcement))]


async def _reacted(streams: Streams, event: ReactionMoved) -> list[Placed]:
    return [
        (
            listening.ANNOUNCED,
            ReactionTiding("announcement.reaction", event.announcement, name=event.name, count=event.count),
        )
    ]


async def _noticed(streams: Streams, event: NotificationMade) -> list[Placed]:
    return [(listening.notifications_of(event.account), Tiding("notification", event.notification))]


async def _relisted(streams: Streams, event: events.ListChanged) -> list[Placed]:
    """Nobody is told; from now on others of its people are heard."""
    if streams.listens(listening.list_topic(event.list)):
        await streams.read_list(event.list)
    return []


async def _refiltered(streams: Streams, event: events.FiltersChanged) -> list[Placed]:
    return [(home_of(event.account), Tiding("filters_changed", 0))]


async def _merged(streams: Streams, event: NotificationsMerged) -> list[Placed]:
    return [(listening.notifications_of(event.account), Tiding("merged", event.at))]


async def _ruled(streams: Streams, event: RulingChanged) -> list[Placed]:
    """To everybody; whom it concerns, and how, is seen when it is told. One that may name nobody changes screens where it
    binds, and nobody else hears that there is something: neither elsewhere nor its author, who is told when they may be."""
    ended, measure = isinstance(event, RulingLifted), event.measure
    if measure not in HIDING and measure not in SHADING:
        return []
    anew = ended or measure in SHADING
    under, carry = await _under(streams, event, POSTS_BACK if anew else POSTS_TOLD)
    recipients = await _who_may_know(streams, event, under)
    quoting = await _quoting(streams, under, recipients)
    tiding = listening.RulingTiding(
        "ruled",
        event.subject,
        recipients,
        owner=event.owner or 0,
        withheld=WITHHELD.get(measure, ""),
        anew=anew,
        posts=under,
        reposts=carry,
        account=event.kind == "account",
    )
    return [(EVERYBODY, tiding), *quoting, *await _sharing(streams, event, under, recipients)]


async def _who_may_know(streams: Streams, event: RulingChanged, under: Sequence[int]) -> listening.Recipients | None:
    """Everybody (None); of one that may name nobody those whose screens it changes. Where another shows as much already, its coming
    and its going would tell that there are two."""
    async with streams.work.reading() as reading:
        row = await rulings.ruling(reading, event.ruling)
        if row is not None and not row.neutral:
            return None
        people = await sealed_people(reading, (event.subject,)) if event.kind == "account" else {}
        subjects = subjects_of([*people.values()]) or subjects_of(await posts.sealed_posts(reading, under))
        index = await rulings_in_force(reading)
    others = {ruling.id: ruling for one in subjects for ruling in on_any(one, index) if ruling.id != event.ruling}
    this = (replace(row.ruling, starts_at=0, ends_at=None),) if row else ()  # one that has just ended, too
    without, with_ = (RulingIndex([*others.values(), *more], index.at) for more in ((), this))
    shown = [
        c for c in event.territory if any(as_known(c, one, without) != as_known(c, one, with_) for one in subjects)
    ]
    return listening.Recipients(tuple(shown), event.owner)


async def _quoting(streams: Streams, under: Sequence[int], recipients: listening.Recipients | None) -> list[Placed]:
    """The posts that quote what a ruling is about: to whoever is shown those, as they look now."""
    async with streams.work.reading() as reading:
        found = await quotes.of_any(reading, under, QUOTES_TOLD)
    return await _placed_anew(
        streams, [(one.post, one.author, one.visibility, one.reply_to_account) for one in found], recipients
    )


async def _sharing(
    streams: Streams, event: RulingChanged, under: Sequence[int], recipients: listening.Recipients | None
) -> list[Placed]:
    """Other posts with a picture that a ruling is about: withheld with it wherever its owner uses it, and back with it."""
    if event.measure not in COVERING:
        return []
    about, picture = ((), event.subject) if event.kind == "media" else (under, 0)
    async with streams.work.reading() as reading:
        found = await media.sharing(reading, about, picture, POSTS_TOLD)
    return await _placed_anew(streams, [one for one in found if one[0] not in under], recipients)


async def _placed_anew(
    streams: Streams, found: Sequence[tuple[int, int, int, int | None]], recipients: listening.Recipients | None
) -> list[Placed]:
    """Posts, each with its author, visibility and whom it answers: to whoever is shown them, as they look now."""
    told: list[Placed] = []
    for post, author, visibility, answers in found:
        said = events.PostEdited(post=post, author=author, visibility=visibility, edited_at=0, reply_to_account=answers)
        told += [(topic, replace(tiding, recipients=recipients)) for topic, tiding in await _edited(streams, said)]
    return told


async def _under(streams: Streams, event: RulingChanged, most: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The posts that a ruling is about, and the reposts that carry them."""
    async with streams.work.reading() as reading:
        if event.kind == "account":
            newest = await posts.newest_of(reading, (event.subject,), below=2**63 - 1, above=-1, limit=most)
            return tuple(newest), ()
        if event.kind == "server":
            return tuple(await limits.newest_from(reading, event.subject, most)), ()
        post = await media.post_of(reading, event.subject) if event.kind == "media" else event.subject
        if post is None:
            return (), ()
        return (post,), tuple(await posts.reposts_of(reading, post, POSTS_TOLD))


# ruling -> the message that Twitter's clients know
WITHHELD = {m.value: scope for m, scope in SCOPES.items() if m in WITHHOLDING and scope != "media"}

PLACING: Placing = {
    events.PostPublished: _published,
    events.PostEdited: _edited,
    events.QuoteRevoked: _edited,
    events.CardShown: _edited,
    events.PostDeleted: _deleted,
    NotificationMade: _noticed,
    events.FiltersChanged: _refiltered,
    events.ListChanged: _relisted,
    AnnouncementTold: _announced,
    AnnouncementEnded: _unannounced,
    ReactionMoved: _reacted,
    ConversationMoved: _conversed,
    MessageSeen: _conversed,
    NotificationsMerged: _merged,
    DecisionServed: _ruled,
    RulingLifted: _ruled,
}
