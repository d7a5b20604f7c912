"""Whom one may like to follow, each with the reason in words: on Explore, at the first steps, and where a home is nearly empty."""

from typing import Any

import msgspec

from chaupal.http.call import Call
from chaupal.reads.people import suggestions
from chaupal.reads.people.suggestions import FRIENDS, LANGUAGE, TAGS, SuggestionReason
from chaupal.web import pages
from chaupal.web.square.cards import Face, face
from chaupal.web.words import N_, words

LATELY = SuggestionReason("lately")  # who stands here for no better reason than that they wrote


class Introduced(msgspec.Struct, frozen=True):
    """Somebody with the reason, in words, why they stand here; empty in the directory."""

    face: Face
    why: str = ""


async def suggested(call: Call[Any], most: int) -> list[Introduced]:
    """Suggestions for the viewer, who is signed in: the better the reason, the earlier."""
    reads = pages.reads_of(call) or ()
    found = await suggestions.page(call.house.reads, call.viewer, most, reads)
    return [Introduced(face(call, one.person), reason_text(call, one.why[0])) for one in found]


async def introduced(call: Call[Any], most: int) -> list[Introduced]:
    """People who want to be found, for a young server on which few are followed yet."""
    found = await suggested(call, most)
    if len(found) >= most:
        return found
    known = {one.face.person.id for one in found} | {call.viewer.me}
    ours = {call.viewer.language, *(pages.reads_of(call) or ())}
    more = [
        Introduced(
            face(call, seen), reason_text(call, SuggestionReason(LANGUAGE) if seen.item.language in ours else LATELY)
        )
        for seen in await suggestions.unmet(call.house.reads, call.viewer, most + len(known))
        if seen.item.id not in known
    ]
    return [*found, *more][:most]


def reason_text(call: Call[Any], why: SuggestionReason) -> str:
    """A reason, in the viewer's language."""
    told = words(call.viewer.language)
    if why.kind == FRIENDS and why.friend is not None:
        name, more = why.friend.item.shown_name, why.count - 1
        if not more:
            return told.gettext(N_("Followed by %(name)s")) % {"name": name}
        text = told.ngettext("Followed by %(name)s and %(n)s more", "Followed by %(name)s and %(n)s more", more)
        return text % {"name": name, "n": told.number(more)}
    if why.kind == FRIENDS:
        return told.gettext(N_("Followed by people whom you follow"))
    if why.kind == TAGS:
        return told.gettext(N_("Writes about #%(tag)s, as you do")) % {"tag": why.tag}
    if why is LATELY:
        return told.gettext(N_("Wrote here lately"))
    return told.gettext(N_("Writes in your language") if why.kind == LANGUAGE else N_("Followed by many"))
