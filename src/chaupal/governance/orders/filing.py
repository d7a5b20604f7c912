"""What the people of an authority do with its orders themselves: file, answer what is asked, write, withdraw."""

from collections.abc import Sequence

import msgspec

from chaupal.governance.context import CLOCK, Court
from chaupal.governance.orders import orders, procedure, replacing, steps
from chaupal.governance.orders.intake import split_demands
from chaupal.governance.orders.order_forms import Filer, OrderForm
from chaupal.governance.orders.papers import Paper
from chaupal.governance.orders.portal import Filing
from chaupal.governance.orders.replacing import SentBack
from chaupal.governance.people import lookalikes
from chaupal.kernel.errors import NotFound
from chaupal.store.court import docket, ledger, order_events
from chaupal.store.court.docket import Order
from chaupal.store.court.documents import Document
from chaupal.store.court.order_events import OrderEventBody
from chaupal.store.machine.work import Reading

AUTHORITY = "authority"  # the `body` of steps that it takes itself


async def file(court: Court, filing: Filing, form: OrderForm, brought: Sequence[Document], channel: str) -> str:
    """File an order for one's own authority; its reference. Whatever the form says of origin counts for nothing.

    Lines that name nothing here are recorded as not found: whether a post exists is not the portal's to tell.
    Raises Invalid by field, Conflict for what was filed before.
    """
    own = msgspec.structs.replace(
        split_demands(form),
        authority=filing.authority.id,
        channel=channel,
        origin_note="",
        record_unknown=True,
        officer=form.officer.strip() or filing.user.name,
        officer_rank=form.officer_rank.strip() or filing.user.rank,
    )
    domain = filing.authority.email_domain
    known = bool(domain) and lookalikes.comes_from(filing.user.email, domain)
    return await orders.file(court, Filer(CLOCK, filing.user.id, known), own, brought)


async def filed_as(court: Court, filing: Filing, external_id: str) -> str:
    """The reference under which one's authority filed this number of its own before, else nothing."""
    async with court.work.reading() as reading:
        return await docket.filed_as(reading, filing.authority.id, external_id)


async def sent_back(court: Court, filing: Filing, ref: str) -> SentBack:
    """An order of one's own authority, to be mended. Raises NotFound, Conflict."""
    async with court.work.reading() as reading:
        return await replacing.sent_back(court, reading, await _own(reading, filing, ref))


async def withdraw(court: Court, filing: Filing, ref: str, reason: str) -> None:
    """Take an order back: whatever it has in force ends in the same commit. Raises NotFound, Invalid, Conflict."""
    paper = Paper()
    noted = OrderEventBody(reason=paper.page("reason", reason), body=AUTHORITY)
    paper.check()
    await _step(court, filing, ref, "withdraw", noted)


async def write(court: Court, filing: Filing, ref: str, text: str) -> None:
    """Write to the staff about an order; where they asked something, this is the answer. Raises NotFound, Invalid, Conflict."""
    paper = Paper()
    noted = OrderEventBody(text=paper.page("text", text), body=AUTHORITY)
    paper.check()
    async with court.work.reading() as reading:
        order = await _own(reading, filing, ref)
        stage = steps.standing(await order_events.of_order(reading, order.id))
    await _step(court, filing, ref, "answer" if stage is procedure.Stage.CLARIFYING else "write", noted)


async def _step(court: Court, filing: Filing, ref: str, verb: str, noted: OrderEventBody) -> None:
    async with court.work.writing() as w:
        await ledger.hold(w)
        order = await _own(w, filing, ref)
        await steps.enter(court, w, order, await order_events.of_order(w, order.id), verb, noted, CLOCK)


async def _own(reading: Reading, filing: Filing, ref: str) -> Order:
    """An order of one's own authority. Raises NotFound, as for another's."""
    order = await docket.order(reading, ref)
    if order is None or order.authority_id != filing.authority.id:
        raise NotFound
    return order
