"""What links lead to: which posts' links are still to be followed, what was found, and the file of a card for whoever asks."""

import zlib
from collections.abc import Sequence

import msgspec
from sqlalchemy import exists, select, text, union_all

from chaupal.policy.filed import Filed
from chaupal.policy.gate import subjects_of
from chaupal.policy.sealed import Sealed
from chaupal.policy.things import LinkCard
from chaupal.store.machine.dialect import among, in_json, listed, param
from chaupal.store.machine.statements import deletes, selects, updates, upserts
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.square.posting import touch_with_reposts
from chaupal.store.square.posts import sealed_posts
from chaupal.store.tables.federation import known_uris
from chaupal.store.tables.square import link_cards, post_links, posts


class Link(msgspec.Struct, frozen=True):
    """The link of a post that is to be followed at `due_at` (ms), for the `tries`-th time."""

    post: int
    url: str
    due_at: int
    tries: int


class KeptCard(msgspec.Struct, frozen=True):
    """What a link led to at `fetched_at` (ms); None: nothing to show."""

    card: LinkCard | None
    fetched_at: int


WANT = upserts(post_links, "post_id", post_id="of", url="url", due_at="at", tries=0)
DUE = (
    selects(post_links, "post_id url due_at tries")
    .where(text("due_at IS NOT NULL"), post_links.c.due_at <= param("at"))
    .ordered("due_at post_id")
    .limit("n")
)
# Whoever moves it follows it; dies it meanwhile, it is due again.
CLAIM = updates(post_links, due_at="until", tries=post_links.c.tries + 1).where(post_id="of", due_at="was")
AGAIN = updates(post_links, due_at="at").where(post_id="of")
# By which addresses a post of another server is known.
_ADDRESSES = union_all(
    select(known_uris.c.uri).where(known_uris.c.of == param("to"), known_uris.c.kind == text("'post'")),
    select(posts.c.url).where(posts.c.id == param("to"), posts.c.url != text("''")),
)
TO_POST = updates(post_links, due_at="at", tries=0).where(post_links.c.url.in_(_ADDRESSES))
TO_PAGES = updates(post_links, due_at="at", tries=0).where(among(post_links.c.url, "urls"))
DONE = updates(post_links, due_at=None).where(post_id="of", url="url")
FORGET = deletes(post_links).where(post_id="of")
KNOWN = selects(link_cards.c.card, link_cards.c.fetched_at).where(url="url")
KEEP = upserts(link_cards, "url", "card image", fetched_at="at")
SHOW = updates(posts, "card").where(id="of")
CARD_OF = selects(posts.c.card).where(id="of")
_unused = ~exists().where(post_links.c.url == link_cards.c.url)
UNUSED = selects(link_cards.c.url).where(_unused, link_cards.c.fetched_at < param("before")).limit("n")
DROP = deletes(link_cards).where(among(link_cards.c.url, "urls"), _unused).returning(link_cards.c.image)
IMAGES = selects(link_cards.c.image).where(link_cards.c.image != "")

_decode = msgspec.json.Decoder(LinkCard).decode


async def want(w: Writing, post: int, url: str) -> None:
    """Follow a post's link as soon as may be."""
    await w.run(WANT, of=post, url=url, at=w.now())


async def forget(w: Writing, post: int) -> None:
    """The post's link is followed no more, and its card is shown no more."""
    await w.run(FORGET, of=post)
    await _show(w, post, None)


async def due(reading: Reading, at: int, at_most: int) -> list[Link]:
    """Links to be followed now, in the order in which they fell due."""
    return [Link(*row) for row in await reading.fetch(DUE, at=at, n=at_most)]


async def claim(w: Writing, link: Link, until: int) -> bool:
    """Take a link upon oneself; False where another process has, or its post is gone."""
    return await w.run(CLAIM, of=link.post, was=link.due_at, until=until) == 1


async def again(w: Writing, link: Link, at: int) -> None:
    await w.run(AGAIN, of=link.post, at=at)


async def look_again(w: Writing, post: int) -> None:
    """A post of another server has come: whatever links to it is followed once more."""
    await w.run(TO_POST, to=post, at=w.now())


async def look_again_at(w: Writing, urls: Sequence[str]) -> None:
    """The same of somebody of another server, by the addresses of their profile."""
    await w.run(TO_PAGES, urls=listed(urls), at=w.now())


async def known(reading: Reading, url: str) -> KeptCard | None:
    row = await reading.first(KNOWN, url=url)
    return None if row is None else KeptCard(_decode(row[0]) if row[0] else None, row[1])


async def keep(w: Writing, url: str, card: LinkCard | None) -> None:
    """What a link led to, for whoever links there again."""
    said = in_json(card) if card else ""
    await w.run(KEEP, url=url, card=said, image=card.image if card else "", at=w.now())


async def show(w: Writing, link: Link, card: LinkCard | None) -> bool:
    """A post's link has been followed: this is shown beneath it from now on. False where it says another link by now."""
    if not await w.run(DONE, of=link.post, url=link.url):
        return False
    await _show(w, link.post, card)
    return True


async def _show(w: Writing, post: int, card: LinkCard | None) -> None:
    await w.run(SHOW, of=post, card=in_json(card) if card else "")
    await touch_with_reposts(w, post)


async def drop_unused(w: Writing, before: int, at_most: int) -> list[str]:
    """Forget what no post links to any more and was looked at before that time (ms): the files that went with it."""
    urls = [row[0] for row in await w.fetch(UNUSED, before=before, n=at_most)]
    gone = await w.fetch(DROP, urls=listed(urls)) if urls else []
    return [row[0] for row in gone if row[0]]


async def images(reading: Reading) -> list[str]:
    """The files that cards must have."""
    return [row[0] for row in await reading.fetch(IMAGES)]


async def sealed_file(reading: Reading, post: int) -> tuple[Sealed[Filed], str] | None:
    """The picture of a post's card, sealed with its post, and the key that passes to it are signed with."""
    row = await reading.first(CARD_OF, of=post)
    found = subjects_of(await sealed_posts(reading, [post]))
    if row is None or not row[0] or not found:
        return None
    card = _decode(row[0])
    if not card.image:
        return None
    return Sealed(Filed(post, "image/webp", found[0], f"{zlib.crc32(card.blurhash.encode()):x}", card.image)), card.key
