"""One's conversations: read, taken off the list, and written in: a message is a direct post that names whom it is for."""

from collections.abc import Sequence

from chaupal.kernel.errors import Invalid, NotFound
from chaupal.policy.facts import Visibility
from chaupal.policy.viewer import Viewer
from chaupal.social.context import Square
from chaupal.social.posts import posts
from chaupal.store.square import conversations, people
from chaupal.text import clean, grammar

MOST_PEOPLE = 20  # whom one message is for


async def read(square: Square, viewer: Viewer, root: int, *, unread: bool = False) -> None:
    """It was read (or, by `unread`, was not). Raises NotFound."""
    me = viewer.me
    async with square.work.writing() as w:
        if not await conversations.mark(w, me, root, unread=unread):
            raise NotFound


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
    wanted = list(dict.fromkeys(handle.strip().lower().removeprefix("@") for handle in handles if handle.strip()))
    if not wanted and reply_to is None:
        raise Invalid("message_for_nobody")
    if len(wanted) > MOST_PEOPLE:
        raise Invalid("message_for_too_many", most=MOST_PEOPLE)
    async with square.work.reading() as reading:
        known = await people.ids_of(reading, wanted)
    if unknown := [handle for handle in wanted if handle not in known]:
        raise Invalid("nobody_called", name=unknown[0][:40])
    if not clean.trimmed(text):
        raise Invalid("text_blank")
    named = {entity.text.lower() for entity in grammar.find_entities(text) if entity.kind == "mention"}
    before = "".join(f"@{handle} " for handle in wanted if handle not in named)
    draft = posts.Draft(text=before + text, visibility=Visibility.DIRECT, reply_to=reply_to, key=key)
    return await posts.publish(square, viewer, draft)
