"""What a measure here does not reach: copies that other servers hold, and the servers that things of others came from."""

from collections.abc import Iterable

import msgspec

from chaupal.kernel.settings import Settings
from chaupal.store.court import as_filed
from chaupal.store.court.docket import Target
from chaupal.store.federation import reached
from chaupal.store.machine.work import Reading

NOTHING: dict[int, "Copies"] = {}


class Copies(msgspec.Struct, frozen=True):
    """Of one thing. `servers`: to how many others it was sent; `followers`: people there who follow its author.

    At least so many: whoever fetched it by its address is not counted. `origin`: the domain of the server that it came from;
    then that one shows it whatever is decided here, and nobody knows here who else does.
    """

    servers: int = 0
    followers: int = 0
    origin: str = ""


async def of_targets(reading: Reading, settings: Settings, named: Iterable[Target]) -> dict[int, Copies]:
    """Target (its id) -> what is elsewhere of it; nothing where no other server is talked to, and of tags."""
    there = [t for t in named if t.subject_id and t.owner_id and not t.term]
    if not settings.federates or not there:
        return NOTHING
    owners = {t.owner_id for t in there if t.owner_id}
    origins = await reached.origins(reading, owners)
    followers = await reached.followers(reading, owners - origins.keys())
    posts = await as_filed.posts_shown(reading, there)
    sent = await reached.counts(reading, {*posts.values()})
    found: dict[int, Copies] = {}
    for t in there:
        owner = t.owner_id or 0
        if owner in origins:
            found[t.id] = Copies(origin=origins[owner])
            continue
        many = await reached.of_account(reading, owner) if t.kind == "account" else sent.get(posts.get(t.id, 0), 0)
        found[t.id] = Copies(many, followers.get(owner, 0))
    return found
