"""The public log as pages for people: what it is, its newest entries in words, each entry with its proof; and how to verify all of it
oneself: a receipt in the reader's own browser, the rest with other people's programs."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from chaupal.governance.context import Court
from chaupal.governance.log import batches as log_batches, cosigned as log_cosigned, log
from chaupal.governance.log.batches import NotYet
from chaupal.governance.log.cosigned import Witnessing
from chaupal.http.call import OPEN_PAGE, Answer, Call, Route, get
from chaupal.kernel.clock import MINUTE
from chaupal.policy.sentences import placeholders
from chaupal.policy.viewer import Surface
from chaupal.web import pages
from chaupal.web.court import logtale
from chaupal.web.words import N_, Words, words
from chaupal_audit.log import entries
from chaupal_audit.minutes import minute_of

SHOWN = 30  # entries on a page
# Types of entries whose `ref` is an order's.
OF_AN_ORDER = frozenset(t for t, kind in entries.BY_TYPE.items() if kind is entries.Order or kind.REF == entries.ORDER)

type Index = Annotated[int, Meta(ge=0, le=10**18)]


class ReceiptAsked(msgspec.Struct):
    """The entry whose receipt is filled in, by its index; without one the fields stay empty."""

    entry: Index | None = None


class ReceiptFilled(msgspec.Struct, frozen=True):
    """What stands in the fields: the entry and its receipt. `when`: it is signed only then, so there is no receipt yet."""

    entry: str = ""
    receipt: str = ""
    when: str = ""


async def verify(call: Call[ReceiptAsked]) -> Answer:
    """Raises NotFound for an entry that the log does not have."""
    court, number = call.house.court, call.args.entry
    filled = ReceiptFilled() if number is None else await _filled(call, number)
    return await pages.render(
        call,
        "register/verify.html",
        titled=N_("Verify it yourself"),
        filled=filled,
        number=number,
        key=await log_batches.public_key(court),
        witnesses="\n".join(str(who.key) for who in log_cosigned.witnesses_of(court.settings)),
        standing=await log_cosigned.standing(court),
    )


async def _filled(call: Call[Any], number: int) -> ReceiptFilled:
    court = call.house.court
    try:
        return ReceiptFilled((await log.entry(court, number)).decode(), await log.receipt(court, number))
    except NotYet as later:
        return ReceiptFilled(when=later.when)


class LogPageAsked(msgspec.Struct):
    """`before`: only entries below this index."""

    before: Index | None = None


class EntryAsked(msgspec.Struct):
    """An entry by its index."""

    index: Index


class LogRow(msgspec.Struct, frozen=True):
    """An entry in a list. `at`: the minute that it is of (ms)."""

    index: int
    tale: str
    ref: str
    at: int
    kind: str


async def book(call: Call[LogPageAsked]) -> Answer:
    court = call.house.court
    first, found = await log.newest(court, call.args.before, SHOWN)
    rows = [_row(call, first + at, msgspec.json.decode(entry)) for at, entry in enumerate(found)]
    return await pages.render(
        call,
        "register/log.html",
        titled=N_("The public log"),
        rows=rows[::-1],
        first=first,
        standing=await _standing(court),
        witnesses=log_cosigned.witnesses_of(court.settings),
        key=await log_batches.public_key(court),
    )


async def entry(call: Call[EntryAsked]) -> Answer:
    """One entry: in words, field by field, letter by letter. Raises NotFound."""
    court, index = call.house.court, call.args.index
    title = words(call.viewer.language).gettext(N_("Entry %s of the log")) % index
    standing = await _standing(court)
    try:
        raw = await log.entry(court, index)
    except NotYet as later:
        return await pages.render(
            call, "register/entry.html", 404, title=title, index=index, when=later.when, standing=standing
        )
    fields = msgspec.json.decode(raw)
    told = (await log.opened(court, [index])).get(index, {})
    beside = {"source": told["source"]} if "source" in told else {}
    facts = _facts(fields.get("public", {}) | beside, words(call.viewer.language))
    return await pages.render(
        call,
        "register/entry.html",
        title=title,
        index=index,
        when="",
        row=_row(call, index, fields),
        prev=fields.get("prev"),
        regime=fields.get("regime") or "",
        facts=facts,
        closed=max(0, len(fields.get("_sd", ())) - len(told)),
        raw=raw.decode(),
        reason=told.get("reason", ""),
        standing=standing,
    )


async def _standing(court: Court) -> Witnessing | None:
    """How what is shown stands before its witnesses: a log that is signed whenever somebody asks is signed now."""
    with suppress(NotYet):
        await log.checkpoint(court)
    return await log_cosigned.standing(court)


def _row(call: Call[Any], index: int, fields: Mapping[str, Any]) -> LogRow:
    said, public = words(call.viewer.language), fields.get("public", {})
    where = placeholders.country_names(tuple(public.get("territory") or ()), said.language, alone=True)
    return LogRow(
        index,
        logtale.sentence(fields, said, where),
        _order(fields),
        (minute_of(str(fields.get("at", ""))) or 0) * MINUTE,
        str(fields.get("t", "")),
    )


def _order(fields: Mapping[str, Any]) -> str:
    """The reference of the order that an entry is about, where it is about one that has a page."""
    ref = str(fields.get("ref", ""))
    return ref if fields.get("t") in OF_AN_ORDER and not ref.startswith("X-") else ""


def _facts(public: Mapping[str, Any], said: Words) -> list[tuple[str, str, str]]:
    """The public fields that say something: name for people, name in the log (docs/log-entries.md), value."""
    told = [(name, value) for name, value in public.items() if value not in (None, "", [], {}, False)]
    return [(logtale.label(name, said), name, _plain(value, said)) for name, value in told]


def _plain(value: object, said: Words) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{name}: {each}" for name, each in value.items())
    return said.gettext(N_("yes")) if value is True else str(value)


ROUTES: tuple[Route, ...] = (
    get("/log", book, Surface.RECORD, **OPEN_PAGE),
    get("/log/entries/{index}", entry, Surface.RECORD, **OPEN_PAGE),
    get("/verify", verify, Surface.RECORD, **OPEN_PAGE),
)
