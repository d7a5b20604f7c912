"""What waits to be sent shows its post as it was said: where a picture in it is withheld everywhere by now, it is written anew."""

from typing import cast

import msgspec

from chaupal.fanout.federation import audience
from chaupal.federation import showing
from chaupal.federation.context import Federation
from chaupal.federation.writing.notes import Json
from chaupal.policy.facts import Visibility
from chaupal.policy.viewer import ABROAD
from chaupal.store.federation.deliveries import Due, Parcel
from chaupal.store.identity.facts_cache import rulings_in_force
from chaupal.store.machine.work import Reading
from chaupal.store.square.posts import as_written

HOLDS = ("object", "instrument")  # where an activity has the post


async def without_withheld(fed: Federation, due: Due, parcel: Parcel) -> Parcel:
    """The same with the post as the gate shows it there at this moment: neither the picture nor what was said of it leaves."""
    async with fed.work.reading() as reading:
        if not await _has_withheld(reading, parcel.post):
            return parcel
        reader = 0
        if (parcel.visibility or 0) > Visibility.UNLISTED:
            reader = await audience.still_for(reading, parcel.post, due.id, parcel.inbox) or 0
        seen = await audience.seen_by(reading, parcel.post, reader)
        if seen is None:
            return parcel
        note = await showing.note(fed, reading, seen, reader)
    said = msgspec.json.decode(parcel.body)
    for part in HOLDS:
        held = said.get(part)
        if isinstance(held, dict) and cast("Json", held).get("id") == note["id"]:
            said[part] = note
    return parcel._replace(body=msgspec.json.encode(said).decode())


async def _has_withheld(reading: Reading, id_: int) -> bool:
    post, rulings = await as_written(reading, id_), await rulings_in_force(reading)
    pictures = post.pictures if post is not None else ()
    return any(ruling.binds(ABROAD) for one in pictures for ruling in rulings.covering(one.root or one.id))
