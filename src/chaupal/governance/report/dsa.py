"""Statements of reasons (DSA, articles 17 and 24(5)), made of the log's measures. No personal data: the log holds none."""

from collections.abc import Mapping

from chaupal.policy import measures
from chaupal_audit.fold import facts
from chaupal_audit.fold.facts import Measure
from chaupal_audit.law.measures import ACCOUNT, PROVISION
from chaupal_audit.minutes import day_text

ILLEGAL, INCOMPATIBLE = "DECISION_GROUND_ILLEGAL_CONTENT", "DECISION_GROUND_INCOMPATIBLE_CONTENT"
# The thirty states of the European Economic Area: the database knows no other territory.
EEA = (
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU", "LV",
    "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
)  # fmt: skip
SOURCES = {
    "user_report": "SOURCE_ARTICLE_16",
    "trusted_flagger": "SOURCE_TRUSTED_FLAGGER",
    "state_flag": "SOURCE_TYPE_OTHER_NOTIFICATION",
    "staff": "SOURCE_VOLUNTARY",
    "automated": "SOURCE_VOLUNTARY",
}
# The database has no word for an order of a state (article 9); ours stands beside the statement.
BY_ORDER = "SOURCE_TYPE_OTHER_NOTIFICATION"
CATEGORIES = {
    "copyright": "INTELLECTUAL_PROPERTY_INFRINGEMENTS",
    "intimate": "CYBER_VIOLENCE",
    "ncii": "CYBER_VIOLENCE",
    "child": "PROTECTION_OF_MINORS",
    "csam": "PROTECTION_OF_MINORS",
    "privacy": "DATA_PROTECTION_AND_PRIVACY_VIOLATIONS",
    "fraud": "SCAMS_AND_FRAUD",
    "sovereignty": "RISK_FOR_PUBLIC_SECURITY",
    "defence": "RISK_FOR_PUBLIC_SECURITY",
    "security": "RISK_FOR_PUBLIC_SECURITY",
    "public_order": "RISK_FOR_PUBLIC_SECURITY",
    "violence": "VIOLENCE",
    "election": "NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS",
}
# The rules that every house begins with (house_rules.1.toml), by number as they are cited (`6@1`); an operator's own come to
# OTHER_VIOLATION_TC.
RULES = {
    "1": "VIOLENCE",
    "2": "ILLEGAL_OR_HARMFUL_SPEECH",
    "3": "CYBER_VIOLENCE",
    "4": "DATA_PROTECTION_AND_PRIVACY_VIOLATIONS",
    "5": "PROTECTION_OF_MINORS",
    "6": "SCAMS_AND_FRAUD",
    "7": "SCAMS_AND_FRAUD",
    "10": "INTELLECTUAL_PROPERTY_INFRINGEMENTS",
}
ID_SHIFT = 16  # kernel/ids.py: an id is its millisecond, shifted
TYPES = {"post": "CONTENT_TYPE_TEXT", "media": "CONTENT_TYPE_IMAGE", "account": "CONTENT_TYPE_OTHER"}


def is_statement(m: Measure) -> bool:
    """Whether a measure restricts what somebody published, and does so in the EEA: what binds only elsewhere is not the Act's.

    Nobody publishes a tag, and a warning restricts nothing.
    """
    restricts = m.kind in TYPES and _word(m) is not None
    return restricts and bool(_scope(m))


def statement(m: Measure, origin: str, opened: Mapping[str, str]) -> dict[str, object]:
    """One statement of reasons, in the database's fields; those that are empty are left out.

    `origin`: the server, for the address where each is explained. `opened`: what is read beside the log of the measure, by
    name (`reason`, `subject`, `part`): what was erased since is in no statement.
    """
    reason = opened.get("reason") or "See the order."
    made: dict[str, object] = {
        "puid": f"chaupal-{m.index}",
        "content_type": [TYPES[m.kind]],
        "content_type_other": "Account" if m.kind == "account" else "",
        "category": _category(m),
        "content_date": _content_date(m, opened.get("part") or opened.get("subject", "")),
        "application_date": day_text(m.start),
        "decision_facts": reason[:5000],
        "source_type": _source(m),
        "source_identity": _notifier(m)[:500],
        "automated_detection": "Yes" if m.source == "automated" else "No",
        "automated_decision": "AUTOMATED_DECISION_FULLY" if m.automatic else "AUTOMATED_DECISION_NOT_AUTOMATED",
        "territorial_scope": _scope(m),
        "content_language": m.language.upper() if len(m.language) == 2 else "",
        "decision_ground_reference_url": f"{origin}/orders/{m.ref}" if len(m.ref) < 200 else "",
    }
    made |= _decision(m) | _ground(m, reason)
    return {name: value for name, value in made.items() if value}


def beside(m: Measure) -> dict[str, object]:
    """What the database has no field for: territories outside Europe, the order, the entry of the log."""
    return {
        "puid": f"chaupal-{m.index}",
        "territory": list(m.territory),
        "basis": m.basis,
        "measure": m.measure,
        "order": m.ref,
        "jurisdiction": m.jurisdiction,
        "regime": m.regime,
        "entry": m.index,
    }


def _word(m: Measure) -> tuple[str, str] | None:
    """The field of a statement, and the database's word in it. Another house's log may know measures that we do not."""
    return measures.Measure(m.measure).row.dsa if m.measure in set(measures.Measure) else None


def _decision(m: Measure) -> dict[str, object]:
    until = "" if m.until is None else day_text(m.until)
    field, word = _word(m) or ("", "")
    if field == ACCOUNT:
        return {
            field: f"DECISION_ACCOUNT_{'TERMINATED' if m.permanent else word}",
            "end_date_account_restriction": until,
        }
    if field == PROVISION:
        return {field: f"DECISION_PROVISION_{word}", "end_date_service_restriction": until}
    return {field: [f"DECISION_VISIBILITY_{word}"], "end_date_visibility_restriction": until}


def _ground(m: Measure, reason: str) -> dict[str, object]:
    if m.basis == facts.OWN_RULES:
        return {
            "decision_ground": INCOMPATIBLE,
            "incompatible_content_ground": (m.rule or "house rules")[:500],
            "incompatible_content_explanation": reason[:2000],
            "incompatible_content_illegal": "No",
        }
    law = m.law or m.regime or "See the order."
    return {
        "decision_ground": ILLEGAL,
        "illegal_content_legal_ground": law[:500],
        "illegal_content_explanation": reason[:2000],
    }


def _source(m: Measure) -> str:
    return SOURCES.get(m.source, "SOURCE_VOLUNTARY") if m.basis == facts.OWN_RULES else BY_ORDER


def _notifier(m: Measure) -> str:
    """Whoever notified, where an office did; what the house found by itself nobody notified, and people stay unnamed."""
    return m.authority or (m.flagged_by if m.source == "state_flag" else "")


def _category(m: Measure) -> str:
    about = " ".join((m.basis, m.regime, *(m.order.bases if m.order else ()))).lower()
    by_rule = RULES.get(m.rule.partition("@")[0], "") if m.basis == facts.OWN_RULES else ""
    found = by_rule or next((category for word, category in CATEGORIES.items() if word in about), "")
    usual = "OTHER_VIOLATION_TC" if m.basis == facts.OWN_RULES else "ILLEGAL_OR_HARMFUL_SPEECH"
    return f"STATEMENT_CATEGORY_{found or usual}"


def _scope(m: Measure) -> list[str]:
    return list(EEA) if facts.EVERYWHERE in m.territory else [country for country in m.territory if country in EEA]


def _content_date(m: Measure, id_: str) -> str:
    """The day that a public id was made on; where there is none, the day of the measure."""
    if id_.isascii() and id_.isdigit() and len(id_) <= 19:
        made = (int(id_) >> ID_SHIFT) // 60_000
        if 0 < made <= m.start:
            return day_text(made)
    return day_text(m.start)
