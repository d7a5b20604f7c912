"""Notices in the shape of the Lumen database: one for each order, with as much of it as its secrecy allows."""

from collections.abc import Iterable, Iterator

from chaupal.governance.report.facts import OWN_RULES, Order
from chaupal.governance.report.filters import HIDDEN
from chaupal.governance.report.orders import standing_of
from chaupal.governance.report.times import day_text

# The class of the issuer -> Lumen's type of notice. Article 9, 69A and their like are requests of governments.
TYPES = {"court": "CourtOrder", "government": "GovernmentRequest", "police": "LawEnforcementRequest"}
TAKEN = {"full": "Yes", "narrower": "Partial", "none": "No", "returned": "No"}


def notices(orders: Iterable[Order], origin: str, recipient: str) -> Iterator[dict[str, object]]:
    """A notice for each order that may be told of; `recipient`: this server's name."""
    return (
        notice(order, origin, recipient) for order in orders if order.kind != OWN_RULES and order.secrecy not in HIDDEN
    )


def notice(order: Order, origin: str, recipient: str) -> dict[str, object]:
    """One notice. Where the law keeps the order's text secret (`order_text`), its number and its words are left out."""
    open_ = order.secrecy == "none"
    made: dict[str, object] = {
        "type": _type(order), "title": f"{order.authority}: {order.ref}", "subject": " ".join(order.bases) or order.law,
        "body": _body(order), "source": f"{origin}/orders/{order.ref}", "date_sent": order.dated or day_text(order.received),
        "date_received": day_text(order.received), "language": "en", "action_taken": TAKEN.get(standing_of(order), "Unspecified"),
        "request_type": "Agency", "case_id_number": order.reference if open_ else "",
        "local_jurisdiction_laws": order.law, "jurisdiction_list": [order.jurisdiction] if order.jurisdiction else [],
        "regulation_list": [order.regime] if order.regime else [], "tag_list": list(order.bases),
        "rescinded": order.withdrawn, "hidden": False, "full_notice_version_only_researchers": not open_,
        "works": [{"description": _named(order), "infringing_urls": [{"url": f"{origin}/orders/{order.ref}"}], "copyrighted_urls": []}],
        "entities": [
            {"role": "issuing_court" if order.issuer == "court" else "sender", "name": order.authority},
            {"role": "recipient", "name": recipient}, {"role": "submitter", "name": recipient},
        ],
    }  # fmt: skip
    return {name: value for name, value in made.items() if value not in ("", [])}


def _type(order: Order) -> str:
    if "DMCA" in order.regime or "copyright" in order.bases:
        return "DMCA"
    return TYPES.get(order.issuer, "LocalLaw")


def _named(order: Order) -> str:
    return ", ".join(f"{kind}: {many}" for kind, many in sorted(order.specified.items()) if many)


def _body(order: Order) -> str:
    where = ", ".join(order.territory)
    text = f"Under {order.law}, {order.authority} demanded limits on {_named(order) or 'nothing named'} for {where or 'its country'}."
    return text if order.secrecy == "none" else f"{text} The law keeps the text of the order secret."
