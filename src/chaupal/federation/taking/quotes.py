"""Quotes by people of other servers, who ask whoever they quote; and what others answer to quotes by ours (FEP-044f)."""

from chaupal.federation import ours, speaking
from chaupal.federation.reading.activities import read_act
from chaupal.federation.reading.values import same_host
from chaupal.federation.taking import posts
from chaupal.federation.taking.acting import Deed
from chaupal.federation.taking.reactions import known_post
from chaupal.federation.writing import activities, addresses
from chaupal.kernel.errors import NotAllowed, NotFound, or_not_found
from chaupal.policy.things import Post
from chaupal.social.posts import quoting
from chaupal.store.federation import uris
from chaupal.store.identity.facts_cache import facts_for
from chaupal.store.square.people import as_kept
from chaupal.store.square.posts import as_written


async def ask(deed: Deed) -> None:
    """May a post of theirs quote one of ours? Its author has said so for others beforehand; the answer goes back at once.

    Raises NotFound for what they do not see: no answer either tells that it is there.
    """
    quoted_id = ours.post_in(deed.fed.settings, deed.act.object)
    quoted = await as_written(deed.w, quoted_id) if quoted_id is not None else None
    author = await as_kept(deed.w, quoted.author) if quoted is not None else None
    if quoted is None or author is None or not deed.act.uri:
        raise NotFound
    actor = addresses.person(deed.fed.settings.origin, author.handle)
    asked = {
        "id": deed.act.uri,
        "type": "QuoteRequest",
        "actor": deed.by.actor,
        "object": deed.act.object,
        "instrument": deed.act.instrument,
    }
    answer = f"{actor}#quote-{deed.fed.make_id()}"
    stamp = await _stamp(deed, quoted) if await _may(deed, quoted.id) else ""
    said = activities.accept(answer, actor, asked, result=stamp) if stamp else activities.reject(answer, actor, asked)
    await speaking.say_to(deed.fed, deed.w, author.id, [deed.me], said)


async def _may(deed: Deed, quoted: int) -> bool:
    """Whether they may quote it, by the very rule that holds for ours. Raises NotFound for what they do not see."""
    try:
        await quoting.quotable(deed.w, deed.viewer, quoted, await facts_for(deed.w, deed.viewer))
    except NotAllowed:
        return False
    return True


async def _stamp(deed: Deed, quoted: Post) -> str:
    """The address of what says yes, once their post is here and quotes ours; "" where it does neither."""
    try:
        asking = await known_post(deed, deed.act.instrument)
    except NotFound:
        return ""
    if not await posts.let_quote(deed.fed, asking, deed.me, quoted.id):
        return ""
    return addresses.stamp(deed.act.object, asking)


async def accepted(deed: Deed) -> None:
    """They let a post of ours quote theirs: it shows from now on, with the stamp by which others can see that it may."""
    if not same_host(deed.act.result, deed.by.actor):
        raise NotAllowed
    asking = await _asking(deed)
    if not await posts.quote_let(deed.fed, asking, deed.me):
        raise NotFound
    await uris.keep(deed.w, deed.act.result, uris.STAMP, asking, deed.me)


async def refused(deed: Deed) -> None:
    """They do not, or not any more."""
    if not await posts.quote_refused(deed.fed, await _asking(deed), deed.me):
        raise NotFound


async def _asking(deed: Deed) -> int:
    """The post of ours that asked."""
    asked = read_act(deed.act.whole) if deed.act.whole is not None else None
    return or_not_found(ours.post_in(deed.fed.settings, asked.instrument if asked is not None else ""))
