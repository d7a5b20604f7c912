"""Why somebody sees a post, or does not: the gate's own verdict, and the rulings that it rests on."""

from collections.abc import Iterable

import msgspec

from chaupal.kernel.errors import or_not_found
from chaupal.policy.facts import Facts, Subject
from chaupal.policy.gate import reveal_one, subjects_of
from chaupal.policy.measures import HIDING, SEEN, SEVERITY
from chaupal.policy.rulings import Ruling, severity
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Person, Post
from chaupal.policy.verdict import Placeholder, Show
from chaupal.policy.viewer import Surface, Viewer, may_know_of
from chaupal.reads.context import Reads
from chaupal.store.federation import servers
from chaupal.store.federation.servers import Statement
from chaupal.store.identity.facts_cache import facts_for
from chaupal.store.square.posts import sealed_posts


class PostRulings(msgspec.Struct, frozen=True, kw_only=True):
    """A post as the viewer meets it, and every ruling that has to do with it, the most severe first.

    `own`: the viewer wrote it, so that they can appeal. Of others, only what binds where the viewer is stands here.
    """

    seen: Visible[Post]
    rulings: tuple[Ruling, ...]
    own: bool


async def rulings_on(reads: Reads, viewer: Viewer, id_: int) -> PostRulings:
    """Raises NotFound where there is no such post for this viewer: missing, private and removed look the same."""
    async with reads.work.reading() as reading:
        found = await sealed_posts(reading, (id_,))
        facts = await facts_for(reading, viewer)
    seen = or_not_found(reveal_one(viewer, Surface.STATUS, found[0] if found else None, facts))
    subject = subjects_of(found)[0]
    own = viewer.account == subject.author
    return PostRulings(
        seen=seen,
        rulings=tuple(sorted(dict.fromkeys(_told_rulings(viewer, subject, facts, own=own)), key=severity)),
        own=own,
    )


async def withheld_abroad(reads: Reads, viewer: Viewer, post: Post) -> list[Ruling]:
    """What withholds a post of ours, or its author's account, where the viewer is not: no more than its object tells every server."""
    async with reads.work.reading() as reading:
        index = (await facts_for(reading, viewer)).rulings
    found = (*index.on(post.id), *index.on(post.author))
    return [one for one in found if one.told_abroad and not one.binds(viewer.country) and not post.server]


def action_of(seen: Visible[Post]) -> str:
    """What the gate does: `show`, `cover` (pictures behind a cover), `without_media` or `placeholder`."""
    verdict = seen.verdict
    if isinstance(verdict, Placeholder):
        return "placeholder"
    if verdict.without_media is not None:
        return "without_media"
    return "show" if verdict.sensitive is None else "cover"


def reason_of(seen: Visible[Post]) -> str:
    """The gate's word for why; empty where the post is shown as it is."""
    verdict = seen.verdict
    if isinstance(verdict, Placeholder):
        return verdict.reason
    return "withheld_in_your_country" if verdict.without_media is not None else ""


def scope_of(seen: Visible[Post]) -> str:
    """What the verdict is about, in the words of Mastodon's entities: `status`, `user` or `media`; empty where shown."""
    verdict = seen.verdict
    if isinstance(verdict, Show):
        return "media" if verdict.without_media is not None else ""
    return {"post": "status", "account": "user", "suspended": "user"}.get(verdict.scope, verdict.scope)


def _told_rulings(viewer: Viewer, subject: Subject, facts: Facts, *, own: bool) -> Iterable[Ruling]:
    everything = own or viewer.staff
    inner = subject.inner
    about = subject.names if inner is None else subject.names | inner.names
    # What is hidden openly is known here; what is done in secret beneath that changes nothing, and is nobody's to know.
    hiding = [facts.rulings.find(id_, viewer.country, HIDING) for id_ in about]
    hidden = max((SEVERITY[one.measure] for one in hiding if one and not one.neutral), default=0)
    for id_ in about:
        # Nor what is done to the same thing in secret, too.
        openly: set[str] = set()
        for ruling in facts.rulings.on(id_):
            twice = ruling.measure in openly or SEVERITY[ruling.measure] < hidden
            here = ruling.binds(viewer.country) and not (ruling.neutral and twice)
            openly |= {ruling.measure} if here and not ruling.neutral else set()
            met = ruling.measure in SEEN and here
            known = not ruling.neutral or (not own and may_know_of(viewer, ruling))
            if known if everything else met:
                yield ruling


# --- what other servers say of their own things ---


async def statements_about(reads: Reads, thing: Post | Person) -> tuple[Statement, ...]:
    """What its server says of a thing and of whoever wrote it, of what came from one; of ours there is nothing to be said."""
    if not thing.server:
        return ()
    ids = (thing.id, thing.author) if isinstance(thing, Post) else (thing.id,)
    async with reads.work.reading() as reading:
        found = await servers.statements_about(reading, ids, reads.clock())
    return tuple(one for id_ in ids for one in found.get(id_, ()))
