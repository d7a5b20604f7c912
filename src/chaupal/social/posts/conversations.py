"""One's conversations: read, taken off the list, and written in: a message is a direct post that names whom it is for."""

from collections.abc import Sequence

from chaupal.kernel.errors import Invalid, NotFound
from chaupal.policy.facts import Visibility
from chaupal.policy.things import Mention
from chaupal.policy.viewer import Surface, Viewer
from chaupal.social.context import Square
from chaupal.social.posts import composing, posts
from chaupal.social.seeing import seen_post
from chaupal.store.identity.facts_cache import facts_for
from chaupal.store.machine.work import Writing
from chaupal.store.square import conversations, people
from chaupal.text import clean, entities
from chaupal.text.handles import stored

MOST_PEOPLE = 20  # whom one message is for
LOOKED_AT = 50  # newest messages, before nothing counts as read


async def read(square: Square, viewer: Viewer, root: int, *, unread: bool = False) -> None:
    """It was read (or, by `unread`, was not); who wrote in it is told so where both want that. Raises NotFound."""
    me = viewer.me
    async with square.work.writing() as w:
        if not await conversations.mark(w, me, root, unread=unread):
            raise NotFound
        if not unread:
            await _tell_writers(w, viewer, root)


async def want_marks(square: Square, viewer: Viewer, *, wanted: bool) -> None:
    """Whether one is told what was read of one's messages, and tells what one reads: neither goes without the other.

    It holds for what is written from then on.
    """
    async with square.work.writing() as w:
        await conversations.choose(w, viewer.me, wanted=wanted)


async def _tell_writers(w: Writing, viewer: Viewer, root: int) -> None:
    """Up to the newest message of somebody else that the reader can see: what is withheld from them they have not read, and
    to have answered below it does not mean to have.
    """
    me, facts = viewer.me, await facts_for(w, viewer)
    for post in reversed((await conversations.inside(w, me, root))[-LOOKED_AT:]):
        shown = await seen_post(w, viewer, post, facts, Surface.MESSAGES)
        if shown is None or shown.withheld or shown.item.author == me:
            continue
        told = (
            set(await conversations.mark_seen(w, me, root, post))
            - facts.relations.blocking
            - facts.relations.blocked_by
        )
        w.tell(*[conversations.MessageSeen(account=writer, root=root, post=post, by=me) for writer in sorted(told)])
        return


async def remove(square: Square, viewer: Viewer, root: int) -> None:
    """Off one's own list. Raises NotFound."""
    me = viewer.me
    async with square.work.writing() as w:
        if not await conversations.remove(w, me, root):
            raise NotFound


async def write(
    square: Square, viewer: Viewer, handles: Sequence[str], text: str, *, reply_to: int | None = None, key: str = ""
) -> int:
    """A message to these people, whose handles are put before it; its id. Raises Invalid by field (`to`, `text`), NotFound."""
    domain = square.settings.domain
    wanted = list(dict.fromkeys(stored(one, domain) or one.strip() for one in handles if one.strip()))
    if not wanted and reply_to is None:
        raise Invalid("message_for_nobody")
    if len(wanted) > MOST_PEOPLE:
        raise Invalid("message_for_too_many", most=MOST_PEOPLE)
    await composing.meet(square, " ".join(f"@{handle}" for handle in wanted))
    async with square.work.reading() as reading:
        known = await people.ids_of(reading, wanted)
    if unknown := [handle for handle in wanted if handle not in known]:
        raise Invalid("nobody_called", name=unknown[0][:40])
    named = [Mention(known[handle], handle) for handle in wanted]
    composing.check_told(square, Visibility.DIRECT, named, "to" if reply_to is None else "text")
    if not clean.trimmed(text):
        raise Invalid("text_blank")
    named = {stored(entity.text, domain) for entity in entities.find_entities(text) if entity.kind == "mention"}
    before = "".join(f"@{handle} " for handle in wanted if handle not in named)
    draft = posts.Draft(text=before + text, visibility=Visibility.DIRECT, reply_to=reply_to, key=key)
    return await posts.publish(square, viewer, draft)
