"""The record as a feed (Atom, RFC 4287): orders as they come and are decided, statements and replies, frozen reports."""

from typing import Any

from chaupal.governance.report import reported
from chaupal.governance.report.keeper import Building
from chaupal.http.call import Answer, Call, Route, Shape, get
from chaupal.kernel.clock import MINUTE
from chaupal.kernel.errors import Unavailable
from chaupal.policy.viewer import Surface
from chaupal.web.court.reportwords import code
from chaupal.web.square import atom
from chaupal.web.words import N_, words
from chaupal_audit.fold.facts import OWN_RULES, Facts
from chaupal_audit.report.filters import HIDDEN
from chaupal_audit.report.tables.orders import standing_of

MOST = 50
KEPT = [("cache-control", "public, max-age=300")]

type Item = tuple[int, str, str, str]  # minute, id and link below the server's address, title


async def record(call: Call[Any]) -> Answer:
    """The newest first. Raises Unavailable while the report is being counted."""
    language = call.viewer.language
    found = await reported.ask(call.house.court, lambda facts: sorted(_items(facts, language), reverse=True)[:MOST])
    if isinstance(found, Building):
        raise Unavailable
    return _feed(call, found)


def _items(facts: Facts, language: str) -> list[Item]:
    tr = words(language).gettext
    orders = [o for o in facts.orders.values() if o.kind != OWN_RULES and o.secrecy not in HIDDEN]
    came = [(o.at, o.ref, f"/orders/{o.ref}", f"{o.ref}: {o.authority}") for o in orders]
    decided = [
        (
            max(t.decided or o.at for t in o.targets.values()),
            f"{o.ref}/decided",
            f"/orders/{o.ref}",
            f"{o.ref}: {tr(DECIDED[standing])}",
        )
        for o in orders
        if (standing := standing_of(o)) in DECIDED and o.targets
    ]
    said = [
        (s.at, f"{s.slug}/{s.index}", f"/statements/{s.slug}", f"{s.title}: {s.authority}" if s.authority else s.title)
        for s in facts.statements
    ]
    frozen = [
        (
            s.at,
            f"{s.period}/{s.revision}",
            f"/transparency?from={s.period}&to={s.period}",
            f"{code('snapshot', language)}: {s.period}",
        )
        for s in facts.snapshots
    ]
    return [*came, *decided, *said, *frozen]


DECIDED = {
    "full": N_("complied with in full"),
    "narrower": N_("complied with more narrowly"),
    "none": N_("not complied with"),
}


RECORD = N_("The record")


def _feed(call: Call[Any], found: list[Item]) -> Answer:
    settings, said = call.house.settings, words(call.viewer.language)
    feed = atom.AtomFeed(
        address=f"{settings.origin}/transparency/feed.atom",
        title=f"{settings.title_in(call.viewer.language)}: {said.gettext(RECORD)}",
        author=settings.domain,
        language=call.viewer.language,
        link=f"{settings.origin}/transparency",
    )
    return atom.answer(call, feed, [_entry(settings.origin, item) for item in found], KEPT)


def _entry(origin: str, item: Item) -> atom.AtomEntry:
    at, id_, path, title = item
    return atom.AtomEntry(id=f"{origin}/transparency/feed#{id_}", link=origin + path, title=title, updated=at * MINUTE)


ROUTES: tuple[Route, ...] = (
    get("/transparency/feed.atom", record, Surface.RECORD, shape=Shape.FILE, public=True, limit=(60, 60)),
)
