"""Verify this yourself: a receipt of the log checked in the reader's own browser, and how to do it with other people's programs."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from chaupal.governance.log import batches as log_batches, cosigned as log_cosigned, log
from chaupal.governance.log.batches import NotYet
from chaupal.http.call import OPEN_PAGE, Answer, Call, Route, get
from chaupal.policy.surface import Surface
from chaupal.web import pages
from chaupal.web.words import N_


class ReceiptAsked(msgspec.Struct):
    """The entry whose receipt is filled in, by its index; without one the fields stay empty."""

    entry: Annotated[int, Meta(ge=0, le=10**18)] | None = None


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


ROUTES: tuple[Route, ...] = (get("/verify", verify, Surface.RECORD, **OPEN_PAGE),)
