"""What a post's link leads to: followed after the post is out, at public addresses only, and painted anew by us.

Whoever writes a link sends this server there, so it goes as a stranger: bounded, in no hurry, without cookies, and
for no link in a direct post, or in one that stays here, which would tell a third party of it.
"""

import asyncio
import hashlib
import secrets
from urllib.parse import urlsplit

import msgspec
from msgspec.structs import replace

from chaupal.fanout.context import Carrier
from chaupal.governance import calling, http_client
from chaupal.governance.orders import resolving
from chaupal.kernel.clock import DAY, HOUR, MINUTE
from chaupal.kernel.errors import Invalid
from chaupal.kernel.logger import log
from chaupal.policy.facts import Visibility
from chaupal.policy.things import LinkCard
from chaupal.social.events import CardShown, PostEdited, PostPublished
from chaupal.social.media import media
from chaupal.store.machine.work import Reading, Writing
from chaupal.store.square import finding, link_cards, naming, posts
from chaupal.store.square.link_cards import Link
from chaupal.store.square.people import id_of
from chaupal.text import entities
from chaupal.text.clean import clean_line
from chaupal.text.page_head import MOST_NAME, MOST_TITLE, PageHead, read_head, whole

AT_ONCE = 10  # links followed at one look
HELD = 2 * MINUTE  # a link is another's to follow after this, where whoever took it up has died
AGAIN_AFTER = (MINUTE, 30 * MINUTE)  # after a vain try; then the link has no preview
FRESH, FRESH_NOTHING = 14 * DAY, HOUR  # how long what was found is good for others, and that nothing was
MOST_PAGE = 500_000  # bytes: the head of a page is at its beginning
MOST_IMAGE = 5_000_000
MOST_ANSWER = 50_000
AGENT = "Chaupal-Preview/1"
PAGES = ("text/html", "application/xhtml")


class OEmbed(msgspec.Struct, frozen=True):
    """What is read of an oEmbed answer (oembed.com): words. Its HTML would be somebody else's code on our pages."""

    title: str = ""
    author_name: str = ""
    author_url: str = ""
    provider_name: str = ""
    thumbnail_url: str = ""


async def want(carrier: Carrier, w: Writing, event: PostPublished) -> None:
    """In the unit that carries a post on: its first link is to be followed. Links to it that were followed before it came have a card
    that repeats its words: they are looked at again, and find that it is known here."""
    if event.server and event.boost_of is None:
        await link_cards.look_again(w, event.post)
    if carrier.settings.link_previews == "off" or event.boost_of is not None or not event.links:
        return
    if event.visibility in (Visibility.DIRECT, Visibility.LOCAL):
        return
    said = await finding.source(w, event.post)
    url = "" if said is None else first_link(said.text, carrier.settings.domain)
    post = await posts.as_written(w, event.post) if url else None
    if post is not None and not post.pictures:
        await link_cards.want(w, post.id, url)


async def edited(carrier: Carrier, w: Writing, event: PostEdited) -> None:
    """The link may be another, or gone: what it led to is looked up anew."""
    if event.edited_at:
        await link_cards.forget(w, event.post)
        await want(carrier, w, PostPublished(post=event.post, author=event.author, visibility=event.visibility))


def first_link(text: str, own: str) -> str:
    """The first link of a text, or "". Links to this server are none: what is here is judged here, each time anew."""
    for entity in entities.find_entities(text):
        if entity.kind == "url" and len(entity.text) <= http_client.MOST_URL:
            parts = urlsplit(entity.text)
            return "" if parts.netloc.lower() == own.lower() else parts._replace(fragment="").geturl()
    return ""


async def fetch_due(carrier: Carrier) -> int:
    """Follow the links that are due; how many were."""
    async with carrier.work.reading() as reading:
        found = await link_cards.due(reading, carrier.clock(), AT_ONCE)
    await asyncio.gather(*(_follow(carrier, link) for link in found))
    return len(found)


async def sweep(carrier: Carrier) -> int:
    """Forget what no post links to any longer; how many files went."""
    async with carrier.work.writing() as w:
        gone = await link_cards.drop_unused(w, w.now() - DAY, 100)
    for key in gone:
        await carrier.square.files.drop(key)
    return len(gone)


async def _follow(carrier: Carrier, link: Link) -> None:
    now = carrier.clock()
    async with carrier.work.writing() as w:
        if not await link_cards.claim(w, link, now + HELD):
            return
        before = await link_cards.known(w, link.url)
        known_here = await _is_known(w, link.url)
    if known_here:
        # Somebody or something of another server, which is shown and withheld here by the law; a card of it would be by none.
        await _show(carrier, link, None)
        return
    if before is not None and now - before.fetched_at < (FRESH if before.card else FRESH_NOTHING):
        await _show(carrier, link, before.card)
        return
    try:
        card = await _fetch(carrier, link.url)
    except http_client.NotAnswered as problem:
        log.info("a link could not be followed", post=link.post, why=str(problem))
        if link.tries < len(AGAIN_AFTER):
            async with carrier.work.writing() as w:
                await link_cards.again(w, link, now + AGAIN_AFTER[link.tries])
            return
        card = before.card if before is not None else None
    async with carrier.work.writing() as w:
        await link_cards.keep(w, link.url, card)
    await _show(carrier, link, card)


async def _is_known(reading: Reading, url: str) -> bool:
    """Whether what a link leads to is a post of another server, or somebody there, whom we know."""
    handle = resolving.handle_there(urlsplit(url))
    return bool(await naming.there(reading, [url, handle] if handle else [url]))


async def _show(carrier: Carrier, link: Link, card: LinkCard | None) -> None:
    """Not beneath other words: the post may have been edited while its link was followed, and what it leads to may have come."""
    async with carrier.work.writing() as w:
        post = await posts.as_written(w, link.post)
        if post is None or first_link(post.text, carrier.settings.domain) != link.url:
            return
        if card is not None and await _is_known(w, link.url):
            card = None
        shown = await link_cards.show(w, link, replace(card, key=secrets.token_urlsafe(12)) if card else None)
        if shown and card:
            w.tell(
                CardShown(
                    post=post.id,
                    author=post.author,
                    visibility=int(post.visibility),
                    at=w.now(),
                    reply_to_account=post.reply_to_account,
                )
            )


async def _fetch(carrier: Carrier, url: str) -> LinkCard | None:
    """What the page says of itself; None where that is nothing."""
    page = await _asked(carrier, url, "text/html,application/xhtml+xml", PAGES, MOST_PAGE, cut=True)
    head = await asyncio.to_thread(read_head, page.body, page.charset, page.url)
    if head.oembed and not (head.title and head.image):
        head = await _with_oembed(carrier, head)
    if not head.title:
        return None
    where = urlsplit(page.url)
    card = LinkCard(
        url=url,
        title=head.title,
        description=head.description,
        author=head.author,
        author_url=head.author_url,
        provider=head.provider or (where.hostname or ""),
        provider_url=f"{where.scheme}://{where.netloc}",
        language=head.language,
        creator=await _creator(carrier, head.creator),
    )
    return await _with_image(carrier, card, head.image) if head.image else card


async def _asked(
    carrier: Carrier, url: str, accept: str, kinds: tuple[str, ...], most: int, *, cut: bool = False
) -> calling.FetchedContent:
    """What another server answers. This one is not asked, whatever leads there: what it shows where it stands, and shows now, is
    withheld elsewhere, or will be, and a card would go on showing it."""
    settings = carrier.settings
    headers = {"user-agent": f"{AGENT} (+{settings.origin})", "accept": accept}
    private = settings.link_previews == "any"
    return await calling.get(url, headers, kinds, most, cut=cut, private=private, never=settings.origin)


async def _creator(carrier: Carrier, named: str) -> int:
    """The account of this server that a page names as its author; 0 where it names none."""
    handle, _, domain = named.removeprefix("@").partition("@")
    if domain.lower() != carrier.settings.domain.lower():
        return 0
    async with carrier.work.reading() as reading:
        return await id_of(reading, handle) or 0


async def _with_oembed(carrier: Carrier, head: PageHead) -> PageHead:
    try:
        got = await _asked(carrier, head.oembed, "application/json", ("application/json", "text/json"), MOST_ANSWER)
        said = msgspec.json.decode(got.body, type=OEmbed)
    except (http_client.NotAnswered, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return head
    return replace(
        head,
        title=head.title or clean_line(said.title, MOST_TITLE),
        image=head.image or whole(got.url, said.thumbnail_url),
        author=head.author or clean_line(said.author_name, MOST_NAME),
        author_url=head.author_url or whole(got.url, said.author_url),
        provider=head.provider or clean_line(said.provider_name, MOST_NAME),
    )


async def _with_image(carrier: Carrier, card: LinkCard, address: str) -> LinkCard:
    """With its picture painted anew, as an upload is; without, where that cannot be had."""
    try:
        got = await _asked(carrier, address, "image/*", ("image/",), MOST_IMAGE)
        painted = await media.painted(carrier.square, got.body)
    except (http_client.NotAnswered, Invalid):
        return card
    key = f"cards/{hashlib.sha256(card.url.encode()).hexdigest()[:40]}.webp"
    await carrier.square.files.put(key, painted.small)
    return replace(card, image=key, width=painted.small_width, height=painted.small_height, blurhash=painted.blurhash)
