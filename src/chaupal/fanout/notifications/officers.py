"""Whoever filed an order on the portal is told by mail when it waits for them: it was sent back, or something is asked."""

from chaupal.fanout.context import Carrier
from chaupal.fanout.notifications.alerts import MOST_REMINDED, crowded
from chaupal.fanout.notifications.letters import LetterDue
from chaupal.governance.events import OrderMoved
from chaupal.policy.sentences import filer_texts
from chaupal.ports.mail import Letter
from chaupal.store.court import docket, offices
from chaupal.store.machine.work import Writing


async def moved(carrier: Carrier, w: Writing, event: OrderMoved) -> None:
    order = await docket.order(w, event.order) if event.verb in filer_texts.WAITS else None
    user = await offices.user(w, order.filed_by) if order is not None and order.filed_by is not None else None
    if user is None or order is None or user.disabled_at is not None or await crowded(w, order):
        return
    title, origin = carrier.settings.title, carrier.settings.origin
    subject, body = filer_texts.letter(event.verb, ref=order.ref, most=MOST_REMINDED, title=title, origin=origin)
    w.tell(LetterDue(letter=Letter(to=user.email, subject=subject, body=body)))
