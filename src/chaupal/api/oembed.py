"""oEmbed (oembed.com): how another site shows a post of ours. It gets a frame, and no words that an order could not take back."""

from typing import Annotated

import msgspec
import regex
from msgspec import Meta

from chaupal.http.call import Call, Route, get
from chaupal.kernel.errors import Malformed, NotFound, or_not_found
from chaupal.policy.facts import Visibility
from chaupal.policy.gate import check_open
from chaupal.policy.viewer import Surface, stranger
from chaupal.reads.people import people
from chaupal.reads.timelines import thread

WIDTH, HEIGHT = 400, 320  # pixels of the frame; a post that is longer scrolls in it
LEAST_WIDTH = 220

_PATH = regex.compile(r"/@(?<handle>[A-Za-z0-9_]{1,30})/(?<id>[0-9]{1,20})/?")


class EmbedAsked(msgspec.Struct, kw_only=True):
    """The address of a post's page, and how large its frame may be. `format`: only `json` is spoken."""

    url: Annotated[str, Meta(max_length=2_000)] = ""
    maxwidth: int | None = None
    maxheight: int | None = None
    format: str = "json"


class Embedded(msgspec.Struct, kw_only=True):
    """An oEmbed answer of the type `rich`. Good for no time at all: a verdict changes, and differs by country."""

    type: str = "rich"
    version: str = "1.0"
    title: str
    author_name: str
    author_url: str
    provider_name: str
    provider_url: str
    cache_age: int = 0
    html: str
    width: int
    height: int


async def oembed(call: Call[EmbedAsked]) -> Embedded:
    """A post as a frame, judged for a stranger from where the asking comes."""
    asked, settings, reads = call.args, call.house.settings, call.house.reads
    if asked.format != "json":
        raise Malformed("oembed_json")
    found = or_not_found(
        _PATH.fullmatch(asked.url.removeprefix(settings.origin)) if asked.url.startswith(settings.origin) else None
    )
    if call.viewer.account is not None:  # an app says who asks: whom the author has blocked meets nothing
        await thread.post(reads, call.viewer, int(found["id"]))
    viewer = stranger(call.viewer)
    seen = await thread.post(reads, viewer, int(found["id"]))
    check_open(seen, settings.origin)
    author = (await people.of_posts(reads, viewer, [seen])).get(seen.item.author)
    if (
        author is None
        or author.withheld
        or seen.item.boost_of is not None
        or seen.item.server
        or seen.item.visibility > Visibility.UNLISTED
    ):
        raise NotFound
    width = max(LEAST_WIDTH, min(WIDTH, asked.maxwidth or WIDTH))
    height = max(LEAST_WIDTH, min(HEIGHT, asked.maxheight or HEIGHT))
    name, handle = author.item.shown_name, author.item.handle
    page = f"{settings.origin}/@{handle}"
    return Embedded(
        title=f"{name} (@{handle})",
        author_name=name,
        author_url=page,
        provider_name=settings.title,
        provider_url=settings.origin,
        html=_frame(f"{page}/{seen.item.id}/embed", f"@{handle}", width, height),
        width=width,
        height=height,
    )


def _frame(address: str, title: str, width: int, height: int) -> str:
    # No scripts: it shows what the gate lets a stranger see at that moment, and links that open beside it.
    return (
        f'<iframe src="{address}" width="{width}" height="{height}" loading="lazy"'
        f' sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox" title="{title}" style="border:0"></iframe>'
    )


ROUTES: tuple[Route, ...] = (get("/api/oembed", oembed, Surface.STATUS, public=True),)
