"""Notices in the shape of the Lumen database: one for each order, with the posts it is about and as much as its secrecy allows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import quote

from chaupal_audit.fold.facts import OWN_RULES, Measure, Order
from chaupal_audit.minutes import day_text
from chaupal_audit.report.filters import HIDDEN
from chaupal_audit.report.tables.orders import standing_of

# The class of the issuer -> Lumen's type of notice. Article 9, 69A and their like are requests of governments.
TYPES = {"court": "CourtOrder", "government": "GovernmentRequest", "police": "LawEnforcementRequest"}
TAKEN = {"full": "Yes", "narrower": "Partial", "none": "No", "returned": "No"}
LONGEST = 255  # letters of a name, a title, a number


type Opened = Mapping[int, Mapping[str, str]]  # index of a measure -> what is read beside the log of it, by name


def disclosable(orders: Iterable[Order]) -> list[Order]:
    """Those of which there are notices: demands that may be told of."""
    return [order for order in orders if order.kind != OWN_RULES and order.secrecy not in HIDDEN]


def notices(
    orders: Iterable[Order], origin: str, recipient: str, done: Mapping[str, Sequence[Measure]], opened: Opened
) -> Iterator[dict[str, object]]:
    """A notice for each order that may be told of; `recipient`: this server's name. `done`: order -> its measures."""
    for order in disclosable(orders):
        yield notice(order, origin, recipient, works(order, origin, done.get(order.ref, ()), opened))


def works(order: Order, origin: str, done: Sequence[Measure], opened: Opened) -> list[dict[str, object]]:
    """What the order is about: each thing that is read beside the log of its measures, by its address here.

    What was asked for and not done, and what the log does not open (it was not for everybody, or was erased), stays one
    work without a name: its address is the order's.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for measure in done:
        told = opened.get(measure.index, {})
        id_ = told.get("part") or told.get("subject", "")
        address = _address(origin, measure.kind, id_, measure.term)
        if address and address not in found.setdefault((measure.measure, measure.kind), []):
            found[measure.measure, measure.kind].append(address)
    named: list[dict[str, object]] = [
        {
            "description": f"{kind}: {len(urls)} ({measure})",
            "infringing_urls": [{"url": url} for url in urls],
            "copyrighted_urls": [],
        }
        for (measure, kind), urls in sorted(found.items())
        if urls
    ]
    rest = order.named - len({url for urls in found.values() for url in urls})
    whole: dict[str, object] = {
        "description": _named(order) or "nothing named",
        "infringing_urls": [{"url": f"{origin}/orders/{order.ref}"}],
        "copyrighted_urls": [],
    }
    return [*named, *([whole] if rest > 0 or not named else [])]


def _address(origin: str, kind: str, id_: str, term: str) -> str:
    """Where a thing stands here, by its id: whoever may not see it there is told why not."""
    if kind == "tag":
        return f"{origin}/tags/{quote(term, safe='')}" if term else ""
    where = {"post": "/posts/{}", "account": "/api/v1/accounts/{}", "media": "/media/{}/small"}.get(kind)
    return "" if where is None or not (id_.isascii() and id_.isdigit()) else origin + where.format(id_)


def notice(order: Order, origin: str, recipient: str, named: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """One notice; `named`: its works. Where the law keeps the order's text secret (`order_text`), its number and its words are left out."""
    open_ = order.secrecy == "none"
    made: dict[str, object] = {
        "type": _type(order), "title": f"{order.authority}: {order.ref}"[-LONGEST:],
        "subject": (" ".join(order.bases) or order.law)[:LONGEST],
        "body": _body(order), "source": f"{origin}/orders/{order.ref}", "date_sent": order.dated or day_text(order.received),
        "date_received": day_text(order.received), "language": "en", "action_taken": TAKEN.get(standing_of(order), "Unspecified"),
        "request_type": "Agency", "case_id_number": order.reference[:LONGEST] if open_ else "",
        "local_jurisdiction_laws": order.law, "jurisdiction_list": [order.jurisdiction] if order.jurisdiction else [],
        "regulation_list": [order.regime] if order.regime else [], "tag_list": list(order.bases),
        "rescinded": order.withdrawn, "hidden": False, "full_notice_version_only_researchers": not open_,
        "works": list(named),
        "entities": [
            {"role": "issuing_court" if order.issuer == "court" else "sender", "name": (order.authority or "a person")[:LONGEST]},
            {"role": "recipient", "name": recipient[:LONGEST]}, {"role": "submitter", "name": recipient[:LONGEST]},
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
