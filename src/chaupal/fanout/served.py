"""Whoever is touched by a ruling is told: a notice in their own square, and a letter, when it begins and when it ends."""

from collections.abc import Sequence

import msgspec

from chaupal.fanout.context import Carrier
from chaupal.governance.events import RulingChanged, RulingLifted
from chaupal.policy import epitaph, tidings
from chaupal.policy.rulings import Ruling
from chaupal.ports.mail import Letter
from chaupal.social.accounts import SYSTEM_MARK
from chaupal.store import marks, notices, rulings
from chaupal.store.work import Writing


async def tell(carrier: Carrier, w: Writing, event: RulingChanged) -> Sequence[Letter] | None:
    """Told once, with ids only; the words are made when they are read, or here for the letter."""
    row = await rulings.ruling(w, event.ruling)
    if event.owner is None or row is None:
        return None
    ended = isinstance(event, RulingLifted)
    system = int(await marks.read(w, SYSTEM_MARK) or event.owner)
    body = {
        "ruling": event.ruling, "order": event.order, "target": event.target,
        "subject": event.subject, "kind": event.kind, "ended": ended,
    }  # fmt: skip
    fresh = await notices.add(
        w, carrier.make_id(), event.owner, "moderation_warning", by=system,
        cause=f"ruling:{event.ruling}:{'ended' if ended else 'begun'}", body=msgspec.json.encode(body).decode(),
    )  # fmt: skip
    return await _letters(carrier, w, event, row.ruling, ended=ended) if fresh else None


async def _letters(
    carrier: Carrier, w: Writing, event: RulingChanged, ruling: Ruling, *, ended: bool
) -> Sequence[Letter]:  # fmt: skip
    assert event.owner is not None  # noqa: S101 - looked at above
    found = await notices.address(w, event.owner)
    if found is None:
        return ()
    to, language, handle = found
    settings, origin = carrier.settings, carrier.settings.origin
    link = f"{origin}/@{handle}" if event.kind == "account" else f"{origin}/@{handle}/{event.subject}"
    subject, body = tidings.letter(
        ruling, event.kind, language or settings.default_language, ended=ended, handle=handle, link=link,
        page=origin + epitaph.notice_path(ruling), contact=settings.contact_email or settings.mail_from,
        title=settings.title, origin=origin,
    )  # fmt: skip
    return (Letter(to=to, subject=subject, body=body),)
