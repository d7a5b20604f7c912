"""What a form for a post asks while one writes: names and tags that go on as typed, pictures one by one."""

from typing import Any

import msgspec

from chaupal.http.call import Answer, Call, Route, Shape, get, json, post
from chaupal.http.paging import ById, Number
from chaupal.kernel.errors import Invalid
from chaupal.policy.viewer import Surface
from chaupal.reads.explore import romanised, search
from chaupal.reads.explore.search import Span
from chaupal.reads.posts import media as looked
from chaupal.social.media import captions, media
from chaupal.social.media.upload_types import MOST_BYTES
from chaupal.web import links
from chaupal.web.words import words

FEW = 6  # offers at a time
LONGEST = 60  # letters of a word that are looked at


class WordTyped(msgspec.Struct, kw_only=True):
    """A word that begins with @ or #."""

    q: str = ""


class Offer(msgspec.Struct):
    """What the word may become, and a few words about it."""

    text: str
    about: str


class PictureSent(msgspec.Struct, kw_only=True):
    """A picture comes as `file`."""

    description: str = ""


class DescriptionTyped(msgspec.Struct, kw_only=True):
    """New words for a picture that is in no post yet."""

    id: Number
    description: str = ""


async def suggest(call: Call[WordTyped]) -> Answer:
    """People whose names begin so, or tags; what is de-amplified here is not offered."""
    sigil, word = call.args.q[:1], call.args.q[1:LONGEST].strip()
    if sigil == "@" and word:
        people = await search.people(call.house.reads, call.viewer, word, Span(FEW), surface=Surface.SUGGEST)
        return json([Offer(f"@{one.item.handle}", one.item.shown_name) for one in people if not one.withheld])
    if sigil in ("#", "＃") and word:
        found = await romanised.tags(call.house.reads, call.viewer, word, FEW, suggest=True)
        return json([Offer(f"#{one.name}", talking(call, one.authors)) for one in found])
    return json([])


def talking(call: Call[Any], n: int) -> str:
    said = words(call.viewer.language)
    return (
        said.ngettext("%(shown)s person is talking", "%(shown)s people are talking", n) % {"shown": said.number(n)}
        if n
        else ""
    )


async def upload(call: Call[PictureSent]) -> Answer:
    """Take a picture, film or sound in; it waits for its post. Raises Invalid."""
    file = call.files.get("file")
    if file is None or file.empty:
        raise Invalid("file_blank")
    id_ = await media.attach(call.house.square, call.viewer, file.brought, call.args.description, wait=False)
    return await _told(call, id_)


async def progress(call: Call[ById]) -> Answer:
    """Whether a film or sound is painted by now. Raises Invalid where it could not be."""
    return await _told(call, call.args.id)


async def _told(call: Call[Any], id_: int) -> Answer:
    kept = await looked.own_upload(call.house.reads, call.viewer, id_)
    if kept.state == "failed":
        raise Invalid("file_unprocessed")
    heard, waits = kept.kind in captions.HEARD, kept.state == "waiting"
    return json({"id": str(id_), "src": links.picture(kept), "heard": heard, "waits": waits})


async def describe(call: Call[DescriptionTyped]) -> Answer:
    await media.describe(call.house.square, call.viewer, call.args.id, call.args.description, None)
    return json({})


async def remove(call: Call[ById]) -> Answer:
    await media.withdraw(call.house.square, call.viewer, call.args.id)
    return json({})


ROUTES: tuple[Route, ...] = (
    get("/compose/suggest", suggest, Surface.SUGGEST, shape=Shape.FILE),
    post("/compose/pictures", upload, Surface.OWN, shape=Shape.PAGE, body=MOST_BYTES, limit=(30, 1_800)),
    get("/compose/pictures/{id}", progress, Surface.OWN, shape=Shape.FILE),
    post("/compose/pictures/{id}", describe, Surface.OWN, shape=Shape.PAGE),
    post("/compose/pictures/{id}/remove", remove, Surface.OWN, shape=Shape.PAGE),
)
