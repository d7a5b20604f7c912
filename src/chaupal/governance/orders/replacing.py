"""An order that was sent back comes again, mended: as an order of its own, in whose commit the first one ends (`orders.py`).

Here: the form as it was filled in, to be mended; and in what the mended version differs, for whoever decides.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

import msgspec

from chaupal.governance.cases import cases
from chaupal.governance.context import Court
from chaupal.governance.orders import procedure, steps
from chaupal.governance.orders.documents import Brought, plain
from chaupal.governance.orders.order_forms import ROLE, OrderForm, latest_interim
from chaupal.governance.orders.papers import check_may, typed_moment
from chaupal.governance.regimes import Regime
from chaupal.kernel.errors import Conflict, Invalid, Problem, or_not_found
from chaupal.kernel.logger import log
from chaupal.policy.sentences.placeholders import iso_date
from chaupal.policy.viewer import Viewer
from chaupal.ports.files import Files
from chaupal.store.court import docket, documents, knowing, order_events
from chaupal.store.court.docket import Order, Target
from chaupal.store.court.documents import Document
from chaupal.store.machine.work import Reading

# What of a form every letter says in one word or text of its own; the law's other fields are compared by their codes.
SAID = (
    "regime", "role", "officer", "officer_rank", "reference_no", "dated", "legal_basis", "bases", "grounds", "reasons", "territory",
    "act_by", "ends_at", "interim_until", "confirms", "gag_until",
)  # fmt: skip


class Difference(NamedTuple):
    """What stands in a field now, and stood there before."""

    field: str
    was: str
    now: str


class Lists(NamedTuple):
    """What only one of the two names: lines, or the names of documents."""

    gone: tuple[str, ...]
    new: tuple[str, ...]


class Mended(msgspec.Struct, frozen=True):
    """In what a mended version differs from the order (`ref`) whose place it took, which came under `regime`."""

    ref: str
    regime: Regime
    fields: tuple[Difference, ...]
    targets: Lists
    documents: Lists


def form_of(order: Order, regime: Regime, named: Sequence[Target], confirms: str = "") -> OrderForm:
    """The form as it was filled in. That it is genuine has to be made sure of anew, and what the law set begins anew."""
    by_law = latest_interim(regime, order.received_at)
    return OrderForm(
        authority=order.authority_id,
        regime=order.regime,
        role=order.particulars.get(ROLE, ""),
        officer=order.officer,
        officer_rank=order.officer_rank,
        reference_no=order.reference_no,
        legal_basis=order.legal_basis,
        bases=order.bases,
        grounds=order.grounds,
        reasons=order.reasons,
        territory=" ".join(order.territory),
        dated=iso_date(order.dated),
        act_by=typed_moment(order.act_by),
        ends_at=typed_moment(order.ends_at),
        interim_until=typed_moment(None if order.interim_until == by_law else order.interim_until),
        confirms=confirms,
        gag_until=typed_moment(order.gag_until),
        targets="\n".join(target.as_written for target in named),
        demanded=tuple(target.demanded for target in named),
        record_unknown=True,
        record_all=any(target.note for target in named),
        particulars={name: text for name, text in order.particulars.items() if name != ROLE},
        replaces=order.ref,
    )


class SentBack(msgspec.Struct, frozen=True):
    """What whoever mends an order begins with: why it was sent back, its form, and the documents that came with it."""

    ref: str
    codes: tuple[str, ...]
    reason: str
    form: OrderForm
    documents: tuple[Document, ...]


async def sent_back(court: Court, reading: Reading, order: Order, viewer: Viewer | None = None) -> SentBack:
    """Raises Conflict where nothing of it is to be mended, or it was already. `viewer`: as of `mended_version`."""
    if (known := await mended_version(reading, order, viewer)) is not None:
        raise Conflict("order_filed_before", ref=known.ref)
    events = await order_events.of_order(reading, order.id)
    procedure.MACHINE.move(steps.standing(events), procedure.REPLACE)
    why = next(event.body for event in reversed(events) if event.state == procedure.Stage.RETURNED and event.body.codes)
    form, papers = await _begun(court, reading, order)
    return SentBack(order.ref, why.codes, why.reason, form, tuple(papers))


async def to_take_in(court: Court, viewer: Viewer, ref: str) -> SentBack:
    """The same for staff, to whom the mended letter came. Raises NotAllowed, NotFound, Conflict."""
    check_may(viewer, "receive_order")
    async with court.work.reading() as reading:
        return await sent_back(court, reading, or_not_found(await knowing.order_for(reading, viewer, ref)), viewer)


async def letters(court: Court, files: Files, before: SentBack, ids: Collection[int]) -> list[Brought]:
    """Those of its documents that go along with the mended version, as they came. Raises Invalid where one does not open."""
    some = [one for one in before.documents if one.id in ids]
    try:
        return [Brought(one.name, await plain(court, files, one)) for one in some]
    except Problem as problem:
        log.error("a document of an order does not open", error=problem)  # only who runs the server can bring it back
        raise Invalid("document_gone") from problem


async def _begun(court: Court, reading: Reading, order: Order) -> tuple[OrderForm, list[Document]]:
    confirms = await docket.orders_by_id(reading, [order.confirms]) if order.confirms is not None else []
    named, regime = await docket.targets_of(reading, order.id), cases.regime_of(court, order)
    form = form_of(order, regime, named, confirms[0].ref if confirms else "")
    return form, await documents.of_order(reading, order.id)


async def mended_version(reading: Reading, order: Order, viewer: Viewer | None) -> Order | None:
    """The order that took the place of one, where this member of the staff may know of it; None: for its authority's own people."""
    found = await docket.mended_version(reading, order.id)
    if found is None or viewer is None:
        return found
    return next(iter(await knowing.known(reading, viewer, [found])), None)


async def mended(court: Court, reading: Reading, order: Order, viewer: Viewer) -> Mended | None:
    """In what an order differs from the one whose place it took; None where it took none, or that of one not to be known of."""
    before = await docket.orders_by_id(reading, [order.replaces]) if order.replaces is not None else []
    before = await knowing.known(reading, viewer, before)
    if not before:
        return None
    was, old = await _begun(court, reading, before[0])
    now, new = await _begun(court, reading, order)
    papers = _lists([one.sha256 for one in old], [one.sha256 for one in new])
    names = {one.sha256: one.name for one in (*old, *new)}
    return Mended(
        ref=before[0].ref,
        regime=cases.regime_of(court, before[0]),
        fields=tuple(_differences(was, now)),
        targets=_lists(_lines(was), _lines(now)),
        documents=Lists(*(tuple(names[sha256] for sha256 in some) for some in papers)),
    )


def _differences(was: OrderForm, now: OrderForm) -> Iterable[Difference]:
    said = [(name, _text(getattr(was, name)), _text(getattr(now, name))) for name in SAID]
    codes = dict.fromkeys((*was.particulars, *now.particulars))
    said += [(code, was.particulars.get(code, ""), now.particulars.get(code, "")) for code in codes]
    return (Difference(*one) for one in said if one[1] != one[2])


def _text(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def _lines(form: OrderForm) -> list[str]:
    return [f"{line} {asked}".strip() for line, asked in zip(form.targets.splitlines(), form.demanded, strict=True)]


def _lists(was: Sequence[str], now: Sequence[str]) -> Lists:
    before, after = set(was), set(now)
    return Lists(tuple(one for one in was if one not in after), tuple(one for one in now if one not in before))
