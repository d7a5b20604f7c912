"""The public record for programs: orders with what became of their targets, and the stream of what is withheld."""

import hashlib
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from typing import Annotated, Any

import msgspec
from msgspec import Meta, structs

from chaupal.governance.orders import csv_files
from chaupal.http.call import Answer, Call, Route, get, json
from chaupal.http.headers import is_known
from chaupal.http.paging import Paged, address_of, link_header, links
from chaupal.http.sending import csv_file
from chaupal.kernel.clock import iso, iso_or_none
from chaupal.policy.sentences.placeholders import flagger, iso_date, notice_path
from chaupal.policy.viewer import Surface
from chaupal.reads.court import compliance_stream, record
from chaupal.reads.court.compliance_stream import WithheldChange
from chaupal.reads.court.record import Authority, Counts, Order, Outcome, RegisterLine
from chaupal.reads.page import LONGEST, Cursor

MOST = 1_000  # changes in one answer
SHEET = 5_000  # rows in one file: the order that reaches it is the last
# What a row says of the order, and of the thing that it names; as `OrderShown` and `OutcomeShown` say.
ORDER_COLUMNS = (
    *("ref", "authority", "authority_hi", "authority_class", "jurisdiction", "office", "reference_no", "regime", "law"),
    *("bases", "territory", "emergency", "dated", "received_at", "url", "log_entry"),
)
TARGET_COLUMNS = (
    *("number", "kind", "state", "account", "url", "code", "reason", "measure", "until", "lifted_because"),
    *("decided_at", "matter", "matter_measure", "log"),
)
# The same for everybody, so that archives may keep it; asked again each time whether it is still true.
SHARED = [("cache-control", "public, no-cache"), ("vary", "accept-encoding")]


class OrderAsked(msgspec.Struct, kw_only=True):
    """An order by its public reference; `first`: from which target on."""

    ref: Annotated[str, Meta(max_length=40)]
    first: Annotated[int, Meta(ge=1, le=1_000_000)] = 1


class ChangesAsked(msgspec.Struct, kw_only=True):
    """`since`: the `next` of an earlier answer; without it, from the first change there was."""

    since: Annotated[int, Meta(ge=-1, le=2**53)] = -1
    limit: Annotated[int, Meta(ge=1, le=MOST)] = 100


class OrderShown(msgspec.Struct, kw_only=True):
    """An order as everybody may know it. Times ISO 8601 UTC, `dated` a day in India; `counts`: how its targets stand."""

    ref: str
    kind: str
    regime: str
    authority: str
    authority_hi: str
    authority_class: str
    jurisdiction: str
    office: str
    reference_no: str
    law: str
    bases: list[str]
    territory: list[str]
    emergency: bool
    dated: str
    received_at: str
    act_by: str | None
    interim_until: str | None
    ends_at: str | None
    counts: Counts
    log_index: int
    log_entry: str
    url: str


class OutcomeShown(msgspec.Struct, kw_only=True):
    """What became of one target. `id`, `account` and `url` only where the caller may know of the thing.

    `measure` and `until` where something was limited; `matter` and `matter_measure` where the house acted by its own rules
    instead: the matter's reference, and what was done in it where everybody sees that; `log`: entries that say so. What a measure
    here does not reach: `sent_to`, to how many other servers it was sent; `origin`, the domain of the server that it came from.
    Null where that is not told, and where no other server is talked to.
    """

    number: int
    kind: str
    state: str
    id: str | None
    account: str | None
    url: str | None
    reason: str
    code: str
    lifted_because: str
    decided_at: str | None
    measure: str | None
    until: str | None
    matter: str | None
    matter_measure: str | None
    log: list[int]
    sent_to: int | None
    origin: str | None


class StoryShown(OrderShown, kw_only=True):
    """One order whole. `next_target`: `first` of the next part, where an order names more than fit.

    `confirms`: the emergency order that it says it confirms. `replaces`: the one, sent back, of which it is the mended version;
    `replaced_by`: its own mended version. Of a matter under the house's own rules: `rule`; `source`, how it
    came to light; `flagged_by`, the authority whose hint it follows (`state_flag`), with its country; `asked_by`, the orders
    that had asked for what was done.
    """

    confirms: str
    replaces: str
    replaced_by: str
    rule: str
    source: str
    flagged_by: str
    flagged_by_hi: str
    flagged_from: str
    targets: list[OutcomeShown]
    next_target: int | None
    asked_by: list[str]


class ChangeShown(msgspec.Struct, kw_only=True):
    """Something is hidden (`withheld`) or back (`restored`). `id` and `account_id` are null of what not everybody may know.

    `countries`: where (XX: everywhere); `scope`: status, user or media; `cursor`: the entry of the log that says so.
    `flagged_by`: under the house's own rules, the authority whose hint was followed.
    """

    cursor: int
    event: str
    scope: str
    measure: str
    id: str | None
    account_id: str | None
    countries: list[str]
    basis: str
    regime: str
    law: str
    order_ref: str
    flagged_by: str
    flagged_by_hi: str
    at: str
    until: str | None
    log_entry: str
    notice_url: str


class Changes(msgspec.Struct, kw_only=True):
    """Changes in the log's order. `next` goes into `since`; `more`: whether some wait there already."""

    changes: list[ChangeShown]
    next: int
    more: bool


async def orders(call: Call[Paged]) -> Answer:
    """Orders of authorities, newest first; secret ones are not among them."""
    page = await record.register(call.house.reads, call.args.cursor())
    return json([OrderShown(**order_parts(call, line)) for line in page.items], headers=link_header(call, page))


async def order(call: Call[OrderAsked]) -> StoryShown:
    """One order with what became of each target."""
    story = await record.story(call.house.reads, call.viewer, call.args.ref, first=call.args.first)
    line = RegisterLine(story.order, story.authority, story.counts)
    return StoryShown(
        **order_parts(call, line),
        **flag_parts(story.order, story.flagger),
        confirms=story.confirms,
        **story.versions._asdict(),
        targets=[_outcome(call, one) for one in story.outcomes],
        next_target=story.next,
        asked_by=[one.ref for one, _ in story.asked],
    )


async def sheet(call: Call[Paged]) -> Answer:
    """The register for a spreadsheet: a row for each thing that an order names, the newest orders first, each of them whole.

    `log_entry` leads to the page on which people read the entry. Once there are `SHEET` rows it ends; where older orders are left,
    `Link` says from which `max_id` on.
    """
    reads, cursor = call.house.reads, Cursor(call.args.max_id, limit=LONGEST)
    rows = [[*ORDER_COLUMNS, *(f"target_{name}" for name in TARGET_COLUMNS)]]
    page = await record.register(reads, cursor)
    while page.items and len(rows) <= SHEET:
        lines = _naming(page.items, SHEET + 1 - len(rows))
        for line, outcomes in await record.things(reads, call.viewer, lines):
            entry = f"{call.house.settings.origin}/log/entries/{line.order.log_index}"  # people read a sheet
            head = _cells(order_parts(call, line) | {"log_entry": entry}, ORDER_COLUMNS)
            rows += [head + _cells(structs.asdict(_outcome(call, one)), TARGET_COLUMNS) for one in outcomes]
        cursor = structs.replace(cursor, max_id=lines[-1].order.id)
        page = await record.register(reads, cursor)
    answer = csv_file(csv_files.written(rows), "orders")
    left = links(address_of(call), cursor.max_id, None) if page.items else []
    return structs.replace(answer, headers=[*answer.headers, *left])


def _naming(found: Sequence[RegisterLine], many: int) -> Sequence[RegisterLine]:
    """The first of these orders that name so many things together; all of them, where they name fewer."""
    return found[: 1 + bisect_left([*accumulate(line.counts.asked for line in found)], many)]


def _cells(parts: dict[str, Any], names: Sequence[str]) -> list[str]:
    """As a spreadsheet takes them: of a list its words with spaces between, nothing for what is not told, and JSON's `true`."""
    values = (parts[name] for name in names)
    return [" ".join(map(str, one)) if isinstance(one, list) else "" if one is None else _word(one) for one in values]


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


async def changes(call: Call[ChangesAsked]) -> Answer:
    """What is withheld and what is back since a cursor: for archives, unfurlers and whoever else keeps copies."""
    found = await compliance_stream.after(call.house.reads, call.args.since, call.args.limit)
    body = msgspec.json.encode(
        Changes(changes=[_change(call, one) for one in found.changes], next=found.next, more=found.more)
    )
    mark = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = [*SHARED, ("etag", mark)]
    if found.more:
        headers.append(("link", f'<{call.link}?since={found.next}&limit={call.args.limit}>; rel="next"'))
    return Answer(b"", 304, headers=headers) if is_known(call.headers, mark) else Answer(body, headers=headers)


def order_parts(call: Call[Any], line: RegisterLine) -> dict[str, Any]:
    """Neither the officer's name nor the authority's own words, which may be confidential or about somebody."""
    of, who, origin = line.order, line.authority, call.house.settings.origin
    return {
        "ref": of.ref, "kind": of.kind, "regime": of.regime_ref, "authority": who.name, "authority_hi": who.name_hi,
        "authority_class": who.issuer_class, "jurisdiction": who.jurisdiction, "office": who.office, "reference_no": of.reference_no,
        "law": of.legal_basis, "bases": list(of.bases), "territory": list(of.territory), "emergency": of.emergency,
        "dated": iso_date(of.dated), "received_at": iso(of.received_at), "act_by": iso_or_none(of.act_by),
        "interim_until": iso_or_none(of.interim_until), "ends_at": iso_or_none(of.ends_at), "counts": line.counts,
        "log_index": of.log_index, "log_entry": f"{origin}/log/entry/{of.log_index}", "url": f"{origin}/orders/{of.ref}",
    }  # fmt: skip


def flag_parts(of: Order, flagger: Authority | None) -> dict[str, Any]:
    """How a matter of the house's own came to light, and by whose hint; empty words for what an authority asked for."""
    return {
        "rule": of.rule,
        "source": of.source,
        "flagged_by": flagger.name if flagger else "",
        "flagged_by_hi": flagger.name_hi if flagger else "",
        "flagged_from": flagger.jurisdiction if flagger else "",
    }


def _outcome(call: Call[Any], outcome: Outcome) -> OutcomeShown:
    origin, ruling = call.house.settings.origin, outcome.ruling
    path = f"/@{outcome.handle}" if outcome.post is None else f"/@{outcome.handle}/{outcome.post}"
    shown = ruling is not None and outcome.state != "pending"
    return OutcomeShown(
        number=outcome.number,
        kind=outcome.kind,
        state=outcome.state,
        id=None if outcome.post is None else str(outcome.post),
        account=outcome.handle or None,
        url=origin + path if outcome.handle else None,
        reason=outcome.reason,
        code=outcome.code,
        lifted_because=outcome.lifted_because,
        decided_at=iso_or_none(outcome.decided_at),
        measure=ruling.measure if shown and ruling else None,
        until=iso_or_none(ruling.ends_at) if shown and ruling else None,
        log=list(outcome.log),
        matter=outcome.acted.ref if outcome.acted else None,
        matter_measure=outcome.acted.ruling.measure if outcome.acted and outcome.acted.ruling else None,
        sent_to=outcome.copies.servers if shown and outcome.copies and not outcome.copies.origin else None,
        origin=outcome.copies.origin or None if shown and outcome.copies else None,
    )


def _change(call: Call[Any], change: WithheldChange) -> ChangeShown:
    row, origin = change.row, call.house.settings.origin
    at = row.lifted_at if change.over and row.lifted_at is not None else row.starts_at
    return ChangeShown(
        cursor=change.leaf,
        event="restored" if change.over else "withheld",
        scope=change.scope,
        measure=row.measure,
        id=_id(change.subject),
        account_id=_id(change.owner),
        countries=row.territory.split(","),
        basis="" if row.neutral else row.basis,
        regime="" if row.neutral else row.regime,
        law="" if row.neutral else row.legal_basis,
        order_ref="" if row.neutral else row.order_ref,
        flagged_by=flagger(row.ruling, "en"),
        flagged_by_hi=flagger(row.ruling, "hi"),
        at=iso(at),
        until=None if change.over else iso_or_none(row.ends_at),
        log_entry=f"{origin}/log/entry/{change.leaf}",
        notice_url=origin + notice_path(row.ruling),
    )


def _id(id_: int | None) -> str | None:
    return None if id_ is None else str(id_)


OPEN: dict[str, Any] = {"public": True, "scope": "read:statuses"}

ROUTES: tuple[Route, ...] = (
    get("/api/v1/transparency/orders", orders, Surface.RECORD, gives=list[OrderShown], **OPEN),
    get("/api/v1/transparency/orders.csv", sheet, Surface.RECORD, limit=(30, 900), **OPEN),
    get("/api/v1/transparency/orders/{ref}", order, Surface.RECORD, **OPEN),
    get("/api/v1/withheld", changes, Surface.RECORD, gives=Changes, **OPEN),
)
