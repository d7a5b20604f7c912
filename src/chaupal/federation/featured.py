"""What people of other servers keep at the top of their profiles: looked up when they are met, and again when they say that it changed."""

from chaupal.federation import conversations, finding
from chaupal.federation.chains import Chain, NotThere
from chaupal.federation.context import Federation
from chaupal.social.posts.pinning import MOST
from chaupal.store.federation import people
from chaupal.store.square import pins, posts


async def look_up(fed: Federation, account: int) -> None:
    """Their first pinned posts, as many as anybody here may have, in their order. Raises NotThere."""
    async with fed.work.reading() as reading:
        known = await people.remote_of(reading, account)
    if known is None or not known.featured or known.gone_at is not None:
        return
    chain = Chain(fed, left=2 + 2 * MOST)
    named = await conversations.items(chain, known.featured, known.uri)
    found: list[int] = []
    for uri in named[:MOST]:
        try:
            found.append(await finding.post(fed, uri, chain=chain))
        except NotThere:
            continue
    async with fed.work.writing() as w:
        for before in await pins.of_account(w, account):
            if before not in found:
                await pins.unpin(w, account, before)
        for post_id in reversed(found):  # the one pinned last is shown first
            post = await posts.as_written(w, post_id)
            if post is not None and post.author == account:
                await pins.pin(w, account, post_id, fed.make_id())
