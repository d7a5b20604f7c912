"""What other servers say of their own things that are known here. It is theirs to say, and nothing here follows from it."""

from chaupal.policy.things import Person, Post
from chaupal.reads.context import Reads
from chaupal.store.federation import stated
from chaupal.store.federation.stated import Statement as Statement


async def statements_about(reads: Reads, thing: Post | Person) -> tuple[Statement, ...]:
    """What its server says of a thing and of whoever wrote it, of what came from one; of ours there is nothing to be said."""
    if not thing.server:
        return ()
    ids = (thing.id, thing.author) if isinstance(thing, Post) else (thing.id,)
    async with reads.work.reading() as reading:
        found = await stated.statements_about(reading, ids, reads.clock())
    return tuple(one for id_ in ids for one in found.get(id_, ()))
