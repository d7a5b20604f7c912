"""Who of the staff looked at what private thing and what for: written down before it is shown."""

from collections.abc import Iterable

from chaupal.governance.context import Court
from chaupal.governance.orders.papers import Paper, check_may
from chaupal.kernel.clock import HOUR
from chaupal.kernel.errors import Invalid, or_not_found
from chaupal.policy.viewer import Viewer
from chaupal.store.court import access_audit as looks
from chaupal.store.court.access_audit import Access
from chaupal.store.court.reports import ReportRow
from chaupal.store.identity import logins

PURPOSE_AT_LEAST = 5  # letters
WHATS = ("document", "post", "evidence", "email", "speaker", "reporter", "second_step")


async def note_reporters(court: Court, viewer: Viewer, rows: Iterable[ReportRow]) -> None:
    """Write down that the viewer is shown who sent these reports; once an hour where a desk stays open. Raises NotAllowed."""
    me = check_may(viewer, "see_office")
    since = court.clock() - HOUR
    async with court.work.reading() as reading:
        new = [row.ref for row in rows if not await looks.looked(reading, me, "reporter", row.ref, since)]
    if new:
        async with court.work.writing() as w:
            for ref in new:
                await looks.note(w, court.make_id(), me, court.clock(), "reporter", ref, ref)


async def note(court: Court, viewer: Viewer, what: str, of: str, purpose: str) -> None:
    """Write down that the viewer looks at something now. Raises NotAllowed for who is no staff."""
    me = check_may(viewer, "see_office")
    async with court.work.writing() as w:
        await looks.note(w, court.make_id(), me, court.clock(), what, of, purpose)


def check_purpose(purpose: str, field: str = "purpose", missing: str = "purpose_missing") -> str:
    """What a look is for, or another `field` that is answered in a few words. Raises Invalid, `missing`, where nothing is said."""
    paper = Paper()
    purpose = paper.line(field, purpose)
    if len(purpose) < PURPOSE_AT_LEAST:
        raise Invalid(missing)
    paper.check()
    return purpose


async def listed(
    court: Court, viewer: Viewer, *, below: int = 2**63 - 1, at_most: int = 100, by: int | None = None, what: str = ""
) -> list[Access]:
    """Looks, the newest first, of one member of staff or of one kind of thing. Raises NotAllowed."""
    check_may(viewer, "see_looks")
    async with court.work.reading() as reading:
        return await looks.looks_below(reading, below, at_most, by=by, what=what)


async def email_of(court: Court, viewer: Viewer, account: int, purpose: str) -> str:
    """An account's address, for staff who say what for. Raises NotAllowed, Invalid, NotFound."""
    check_may(viewer, "sanction")
    purpose = check_purpose(purpose)
    async with court.work.reading() as reading:
        login = or_not_found(await logins.login_of(reading, account))
    await note(court, viewer, "email", str(account), purpose)
    return login.email
