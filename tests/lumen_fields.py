"""What a notice of the Lumen database may hold, field by field (its models `Notice`, `Work`, `EntityNoticeRole`).

`chaupal.governance.report.lumen` writes notices; `wrong` holds any notice to this list.
"""

from collections.abc import Callable, Mapping
from typing import Any, cast

import regex

from chaupal.governance.report.lumen import LONGEST

TYPES = (
    "Counterfeit",
    "Counternotice",
    "CourtOrder",
    "DMCA",
    "DataProtection",
    "Defamation",
    "GovernmentRequest",
    "LawEnforcementRequest",
    "LocalLaw",
    "Other",
    "PrivateInformation",
    "Trademark",
)
ACTIONS = ("Yes", "No", "Partial", "Unspecified")
ROLES = (
    "agent",
    "attorney",
    "defendant",
    "issuing_court",
    "plaintiff",
    "principal",
    "recipient",
    "sender",
    "submitter",
    "target",
)
ADDRESS = regex.compile(r"https?://[^\s<>\"]{1,2000}")

type Fits = Callable[[Any], bool]


def _line(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST and "\n" not in value


def _text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _day(value: object) -> bool:
    return isinstance(value, str) and regex.fullmatch(r"(19|20)\d\d-\d\d-\d\d", value) is not None


def _lines(value: object) -> bool:
    return isinstance(value, list) and all(map(_line, cast("list[object]", value)))


def _yes(value: object) -> bool:
    return isinstance(value, bool)


def _address(value: object) -> bool:
    return isinstance(value, str) and ADDRESS.fullmatch(value) is not None


FIELDS: dict[str, Fits] = {
    "type": TYPES.__contains__, "title": _line, "subject": _line, "body": _text, "source": _address, "date_sent": _day,
    "date_received": _day, "language": lambda value: isinstance(value, str) and regex.fullmatch("[a-z]{2}", value) is not None,
    "action_taken": ACTIONS.__contains__, "request_type": _line, "case_id_number": _line, "local_jurisdiction_laws": _text,
    "jurisdiction_list": _lines, "regulation_list": _lines, "tag_list": _lines, "rescinded": _yes, "hidden": _yes,
    "full_notice_version_only_researchers": _yes, "works": bool, "entities": bool,
}  # fmt: skip
REQUIRED = ("type", "title", "date_received", "works", "entities")


def wrong(notice: Mapping[str, object]) -> list[str]:
    """What the database would not take, one sentence each; empty for a good notice."""
    found = [f"{name} is no field" for name in notice if name not in FIELDS]
    found += [f"{name} is missing" for name in REQUIRED if not notice.get(name)]
    found += [f"{name} holds {value!r}" for name, value in notice.items() if name in FIELDS and not FIELDS[name](value)]
    for work in _each(notice, "works"):
        found += _of_work(work)
    roles = [str(one.get("role")) for one in _each(notice, "entities")]
    found += [f"{role} is no role" for role in roles if role not in ROLES]
    found += [f"an entity has no name: {one}" for one in _each(notice, "entities") if not _line(one.get("name"))]
    return found + ([] if "recipient" in roles else ["there is no recipient"])


def _of_work(work: Mapping[str, object]) -> list[str]:
    urls = [*_each(work, "infringing_urls"), *_each(work, "copyrighted_urls")]
    found = [] if _text(work.get("description")) else ["a work has no description"]
    found += [] if _each(work, "infringing_urls") else ["a work has no address"]
    return found + [f"{one.get('url')!r} is no address" for one in urls if not _address(one.get("url"))]


def _each(of: Mapping[str, object], name: str) -> list[dict[str, object]]:
    listed = of.get(name)
    found = cast("list[object]", listed) if isinstance(listed, list) else []
    return [cast("dict[str, object]", one) for one in found if isinstance(one, dict)]
