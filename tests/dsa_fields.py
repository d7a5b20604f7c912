"""The fields of a statement of reasons in the EU's DSA Transparency Database, with what each may hold (its code of June 2026).

`chaupal.governance.report.dsa` writes statements; `wrong` holds any to this list.
"""

from collections.abc import Mapping
from typing import cast

import msgspec
import regex

from chaupal.governance.report.dsa import EEA, ILLEGAL, INCOMPATIBLE

YES_NO = ("Yes", "No")
VISIBILITY = tuple(
    "DECISION_VISIBILITY_" + name
    for name in (
        "CONTENT_REMOVED",
        "CONTENT_DISABLED",
        "CONTENT_DEMOTED",
        "CONTENT_AGE_RESTRICTED",
        "CONTENT_INTERACTION_RESTRICTED",
        "CONTENT_LABELLED",
        "OTHER",
    )
)
MONETARY = tuple(f"DECISION_MONETARY_{name}" for name in ("SUSPENSION", "TERMINATION", "OTHER"))
PROVISION = tuple(
    f"DECISION_PROVISION_{name}"
    for name in ("PARTIAL_SUSPENSION", "TOTAL_SUSPENSION", "PARTIAL_TERMINATION", "TOTAL_TERMINATION")
)
ACCOUNT = ("DECISION_ACCOUNT_SUSPENDED", "DECISION_ACCOUNT_TERMINATED")
CONTENT_TYPES = tuple(
    f"CONTENT_TYPE_{name}" for name in ("APP", "AUDIO", "IMAGE", "PRODUCT", "SYNTHETIC_MEDIA", "TEXT", "VIDEO", "OTHER")
)
CATEGORIES = tuple(
    f"STATEMENT_CATEGORY_{name}"
    for name in (
        "ANIMAL_WELFARE",
        "CONSUMER_INFORMATION",
        "CYBER_VIOLENCE",
        "CYBER_VIOLENCE_AGAINST_WOMEN",
        "DATA_PROTECTION_AND_PRIVACY_VIOLATIONS",
        "ILLEGAL_OR_HARMFUL_SPEECH",
        "INTELLECTUAL_PROPERTY_INFRINGEMENTS",
        "NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS",
        "NOT_SPECIFIED_NOTICE",
        "OTHER_VIOLATION_TC",
        "PROTECTION_OF_MINORS",
        "RISK_FOR_PUBLIC_SECURITY",
        "SCAMS_AND_FRAUD",
        "SELF_HARM",
        "UNSAFE_AND_PROHIBITED_PRODUCTS",
        "VIOLENCE",
    )
)
SOURCES = ("SOURCE_ARTICLE_16", "SOURCE_TRUSTED_FLAGGER", "SOURCE_TYPE_OTHER_NOTIFICATION", "SOURCE_VOLUNTARY")
AUTOMATED = tuple(f"AUTOMATED_DECISION_{name}" for name in ("FULLY", "PARTIALLY", "NOT_AUTOMATED"))
DAY = r"\d{4}-\d\d-\d\d"


class Field(msgspec.Struct, frozen=True):
    """What a field may hold: a list of these words (`several`) or one of them, else text of at most `most` letters."""

    words: tuple[str, ...] = ()
    several: bool = False
    required: bool = False
    most: int = 0
    pattern: str = ""


FIELDS: dict[str, Field] = {
    "decision_visibility": Field(VISIBILITY, several=True),
    "decision_visibility_other": Field(most=500),
    "decision_monetary": Field(MONETARY),
    "decision_provision": Field(PROVISION),
    "decision_account": Field(ACCOUNT),
    "account_type": Field(("ACCOUNT_TYPE_BUSINESS", "ACCOUNT_TYPE_PRIVATE")),
    "decision_ground": Field((ILLEGAL, INCOMPATIBLE), required=True),
    "decision_ground_reference_url": Field(most=500),
    "illegal_content_legal_ground": Field(most=500),
    "illegal_content_explanation": Field(most=2000),
    "incompatible_content_ground": Field(most=500),
    "incompatible_content_explanation": Field(most=2000),
    "incompatible_content_illegal": Field(YES_NO),
    "content_type": Field(CONTENT_TYPES, several=True, required=True),
    "content_type_other": Field(most=500),
    "category": Field(CATEGORIES, required=True),
    "category_addition": Field(CATEGORIES, several=True),
    "territorial_scope": Field(EEA, several=True),
    "content_language": Field(pattern="[A-Z]{2}"),
    "content_date": Field(required=True, pattern=DAY),
    "application_date": Field(required=True, pattern=DAY),
    "end_date_visibility_restriction": Field(pattern=DAY),
    "end_date_monetary_restriction": Field(pattern=DAY),
    "end_date_service_restriction": Field(pattern=DAY),
    "end_date_account_restriction": Field(pattern=DAY),
    "decision_facts": Field(required=True, most=5000),
    "source_type": Field(SOURCES, required=True),
    "source_identity": Field(most=500),
    "automated_detection": Field(YES_NO, required=True),
    "automated_decision": Field(AUTOMATED, required=True),
    "puid": Field(required=True, pattern=r"[A-Za-z0-9\-_]{1,500}"),
}
DECISIONS = ("decision_visibility", "decision_monetary", "decision_provision", "decision_account")
# ground -> the fields that must explain it
EXPLAINED = {
    ILLEGAL: ("illegal_content_legal_ground", "illegal_content_explanation"),
    INCOMPATIBLE: ("incompatible_content_ground", "incompatible_content_explanation"),
}


# (a field, its word) -> the field that must then say what is meant
SAID_OTHERWISE = {
    ("content_type", "CONTENT_TYPE_OTHER"): "content_type_other",
    ("decision_visibility", "DECISION_VISIBILITY_OTHER"): "decision_visibility_other",
}


def wrong(statement: Mapping[str, object]) -> list[str]:
    """What the database would not take, one sentence each; empty for a good statement."""
    found = [f"{name} is no field" for name in statement if name not in FIELDS]
    found += [f"{name} is missing" for name, field in FIELDS.items() if field.required and not statement.get(name)]
    found += [
        f"{name} holds {value!r}"
        for name, value in statement.items()
        if name in FIELDS and not _fits(FIELDS[name], value)
    ]
    if not any(statement.get(name) for name in DECISIONS):
        found.append("there is no decision")
    needed = [*EXPLAINED.get(str(statement.get("decision_ground")), ())]
    needed += [
        name
        for (field, word), name in SAID_OTHERWISE.items()
        if word in cast("list[object]", statement.get(field) or [])
    ]
    return found + [f"{name} is missing" for name in needed if not statement.get(name)]


def _fits(field: Field, value: object) -> bool:
    if field.several:
        return isinstance(value, list) and all(v in field.words for v in cast("list[object]", value))
    if not isinstance(value, str):
        return False
    if field.words:
        return value in field.words
    return regex.fullmatch(field.pattern, value) is not None if field.pattern else len(value) <= field.most
