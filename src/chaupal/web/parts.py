"""Parts of pages, for scripts that put them in the place of what was pressed: the same templates, the same gate."""

from typing import Any

from chaupal.http.call import Answer, Call, redirect
from chaupal.kernel.errors import NotFound
from chaupal.reads.people import people, relations
from chaupal.reads.timelines import thread
from chaupal.web import links, pages
from chaupal.web.square.cards import cards

ASKED = "x-part"  # the header by which a script says that it wants a part; a form cannot send it


async def of_post(call: Call[Any], id_: int, next_: str) -> Answer:
    """The row of deeds of a post as it is now; without a script, back to where it stood."""
    if ASKED not in call.headers:
        return redirect(links.back(next_))
    where, _, mark = next_.partition("#p")
    found = await cards(call, [await thread.post(call.house.reads, call.viewer, id_)])
    if not found:
        raise NotFound
    key = int(mark) if mark.isascii() and mark.isdigit() else found[0].key
    return await pages.render(call, "parts/deeds.html", card=found[0], key=key, here=links.back(where))


async def of_person(call: Call[Any], id_: int, next_: str) -> Answer:
    """What one can do about a person, as it is now; without a script, back to where it stood."""
    if ASKED not in call.headers:
        return redirect(links.back(next_))
    seen = await people.person(call.house.reads, call.viewer, id_)
    found = await relations.between(call.house.reads, call.viewer, [id_])
    return await pages.render(
        call, "parts/ties.html", person=seen.item, ties=found[0][1] if found else None, here=links.back(next_)
    )
