"""Whoever filed an order on the portal is told by mail when it waits for them: it was sent back, or something is asked."""

from chaupal.fanout.context import Carrier
from chaupal.fanout.notifications.letters import LetterDue
from chaupal.governance.events import OrderMoved
from chaupal.ports.mail import Letter
from chaupal.store.court import docket, offices
from chaupal.store.machine.work import Writing

# Step -> what it means for the authority. Why stands on the portal alone, since a mail is read by whoever keeps the mailbox.
WAITS = {
    "return_order": (
        "आदेश लौटाया गया / order sent back",
        "आदेश {ref} लौटाया गया है, क्योंकि उसमें कुछ कमी है। क्या कमी है, यह इस पन्ने पर लिखा है; वहीं उसे सुधारकर फिर दर्ज किया जा सकता है:",
        "Order {ref} was sent back, because something is missing. What that is stands on the page above, where it can be "
        "mended and filed again.",
    ),
    "ask": (
        "आदेश पर एक सवाल / a question about an order",
        "आदेश {ref} के बारे में आपसे कुछ पूछा गया है। सवाल इस पन्ने पर है; जवाब वहीं दिया जा सकता है:",
        "Something is asked about order {ref}. The question stands on the page above, and is answered there.",
    ),
}


async def moved(carrier: Carrier, w: Writing, event: OrderMoved) -> None:
    order = await docket.order(w, event.order) if event.verb in WAITS else None
    user = await offices.user(w, order.filed_by) if order is not None and order.filed_by is not None else None
    if user is None or order is None or user.disabled_at is not None:
        return
    title, origin = carrier.settings.title, carrier.settings.origin
    subject, hindi, english = (text.format(ref=order.ref) for text in WAITS[event.verb])
    body = f"{hindi}\n\n{origin}/portal/orders/{order.ref}\n\n{english}\n\n{title}\n{origin}\n"
    w.tell(LetterDue(letter=Letter(to=user.email, subject=f"{title}: {order.ref}: {subject}", body=body)))
