"""Links on a profile that lead to a page which links back with rel="me": whoever writes both is the same (microformats.org/wiki/rel-me).

The page is asked for as any address that somebody chose: public ones only, bounded, without cookies (`governance.calling`).
"""

import asyncio

from msgspec.structs import replace

from chaupal.fanout.context import Carrier
from chaupal.governance import calling
from chaupal.governance.http_client import NotAnswered
from chaupal.kernel.logger import log
from chaupal.policy.things import Field
from chaupal.social.events import LinksToVerify
from chaupal.store.identity import accounts
from chaupal.store.square.people import fields_of
from chaupal.text.page_head import links_of_me

AGENT = "Chaupal-Link-Check/1"
KINDS = ("text/html", "application/xhtml")
MOST_PAGE = 1_000_000  # bytes: the link back may stand at a page's foot


async def verify(carrier: Carrier, event: LinksToVerify) -> None:
    """Ask every page that the account's profile names whether it links back, and keep what it says at this moment."""
    if carrier.settings.link_previews == "off":
        return
    async with carrier.work.reading() as reading:
        found = await fields_of(reading, event.account)
    if found is None:
        return
    handle, fields = found
    own = f"{carrier.settings.origin}/@{handle}"
    asked = {field.value for field in fields if field.link}
    backs = dict(zip(asked, await asyncio.gather(*(_links_back(carrier, url, own) for url in asked)), strict=True))
    async with carrier.work.writing() as w:
        await accounts.hold(w, event.account)
        now = await fields_of(w, event.account)  # they may be others meanwhile
        if now is None:
            return
        told = tuple(_verified(field, backs.get(field.value), w.now()) for field in now[1])
        if told != now[1]:
            await accounts.change(w, event.account, accounts.Face(fields=told))


def _verified(field: Field, back: bool | None, at: int) -> Field:
    """`back`: None where it was not asked, or could not be had: then what was known stands."""
    return field if back is None else replace(field, verified_at=(field.verified_at or at) if back else 0)


async def _links_back(carrier: Carrier, url: str, own: str) -> bool | None:
    headers = {"user-agent": f"{AGENT} (+{carrier.settings.origin})", "accept": "text/html,application/xhtml+xml"}
    private = carrier.settings.link_previews == "any"
    try:
        page = await calling.get(url, headers, KINDS, MOST_PAGE, cut=True, private=private)
    except NotAnswered as problem:
        log.info("a profile's link could not be verified", why=str(problem))
        return None
    links = await asyncio.to_thread(links_of_me, page.body, page.charset, page.url)
    return any(link.rstrip("/").lower() == own.lower() for link in links)
