"""An order taken in from the command line: its list of targets with progress, its letters, and what it looks like."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from chaupal.governance.orders import authorities, csv_targets, documents, intake
from chaupal.governance.orders.documents import Bringer, Brought, Document
from chaupal.governance.orders.order_forms import OrderForm
from chaupal.governance.orders.papers import check_may
from chaupal.http.call import House
from chaupal.kernel.errors import Invalid
from chaupal.kernel.faults import FAULTS
from chaupal.policy.viewer import Viewer
from chaupal.social.people import elsewhere


async def form_of(house: House, viewer: Viewer, issuer: str, form: OrderForm) -> OrderForm:
    """The form for the authority of this name, measures taken off its lines."""
    known = await authorities.named(house.court, viewer, issuer)
    return intake.split_demands(msgspec.structs.replace(form, authority=known.id if known else None))


async def look_up(house: House, viewer: Viewer, form: OrderForm, rows: bytes) -> None:
    """Ask other servers for what the lines and a list (its bytes) name and is not known here. Raises Invalid, NotAllowed."""
    check_may(viewer, "receive_order")
    named = [row.target for row in csv_targets.read_rows(rows)] if rows else []
    whole = msgspec.structs.replace(form, targets="\n".join([form.targets, *named]))
    asked = await intake.to_look_up(house.court, whole)
    if asked:
        found = await elsewhere.look_up_all(house.square, asked)
        click.echo(f"asked other servers for {len(asked)}: {found} found", err=True)


async def with_list(house: House, form: OrderForm, data: bytes, *, record_all: bool) -> OrderForm:
    """The form with the rows of a list after its own lines; rows that cannot be taken are told.

    Raises Invalid (`csv`) where there are such rows and nobody said to record them as they are.
    """
    court = house.court
    with click.progressbar(length=1, label="Looking at the list", file=sys.stderr) as bar:

        def progress(done: int, of: int) -> None:
            bar.length = of
            bar.update(done - bar.pos)

        seen = await csv_targets.preview(court.work, court.settings.origin, data, progress)
    for one in seen.bad:
        click.echo(f"row {one.row.line}: {one.row.target}: {FAULTS[one.wrong].brief}{_like(one.found.like)}", err=True)
    if seen.bad and not record_all:
        raise Invalid("rows_cannot_be_filed", many=len(seen.bad))
    typed = [line for line in form.targets.splitlines() if line.strip()]
    asked = (*form.demanded, *[""] * (len(typed) - len(form.demanded)))
    targets = "\n".join([*typed, seen.targets()])
    return msgspec.structs.replace(
        form,
        targets=targets,
        demanded=(*asked, *seen.demanded()),
        record_all=record_all,
        record_unknown=form.record_unknown or record_all,
    )


async def bring(house: House, viewer: Viewer, form: OrderForm, papers: Sequence[str]) -> list[Document]:
    """The letters, looked at and stored. Raises Invalid, TooLarge."""
    if not papers:
        return []
    brought = [Brought(Path(path).name, await asyncio.to_thread(Path(path).read_bytes)) for path in papers]
    issuer = await authorities.by_id(house.court, viewer, form.authority or 0)
    found = await documents.take_in(house.court, house.square.files, Bringer(viewer.me), brought, issuer)
    for one in found:
        signer = documents.signer_of(one)
        who = signer.name or signer.mail_from
        click.echo(f"{one.name}: signature {one.signature}{f', {who}' if who else ''}", err=True)
    return found


async def check(house: House, form: OrderForm, brought: Sequence[Document]) -> None:
    """Say what an order lacks on its face and what its lines name."""
    checked = await intake.check(house.court, form, brought, filed_by_authority=False)
    click.echo(f"origin: {checked.origin.origin}; signature: {checked.origin.signature}")
    for defect in checked.defects:
        click.echo(f"lacks: {defect.en}")
    for number, one in enumerate(checked.targets, 1):
        said = FAULTS[one.says].brief if one.says else one.kind
        click.echo(f"{number}: {one.line}: {said}{_like(one.like)}")


def _like(name: str) -> str:
    return f" (looks like {name})" if name else ""
