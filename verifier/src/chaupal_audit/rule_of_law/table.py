"""The table of checks: which are run for each kind of entry, and which at the end of the log."""

from collections.abc import Sequence
from typing import Any

from chaupal_audit.rule_of_law import on_entries, on_house, on_law, on_order, on_people, on_time
from chaupal_audit.rule_of_law.check import Check


def _found(_book: object, _act: object) -> bool:
    """The `broken` of a check that is not run on acts: whoever reads files or entries reports it."""
    return False


UNREADABLE = Check[Any](
    "unreadable",
    "The entry cannot be read: its version, its time or its fields are none.",
    "प्रविष्टि पढ़ी नहीं जा सकती: उसका संस्करण, समय या विवरण ठीक नहीं है।",
    _found,
)
LAW_MISSING = Check[Any](
    "law_missing",
    "The file of a law that the log cites was not to be had.",
    "लॉग जिस कानून का हवाला देता है उसकी फ़ाइल नहीं मिली।",
    _found,
)
LAW_UNLIKE = Check[Any](
    "law_unlike",
    "A file of law is not the one that the log cites: its hash or what it says is another.",
    "कानून की फ़ाइल वह नहीं है जिसका हवाला लॉग देता है: उसका हैश या उसकी बात दूसरी है।",
    _found,
)
LAW_REWRITTEN = Check[Any](
    "law_rewritten",
    "The file of a law was changed under the same version, after something had been begun under it.",
    "कानून की फ़ाइल उसी संस्करण में बदल दी गई, जबकि उसके अधीन कुछ शुरू हो चुका था।",
    _found,
)

BEYOND_FOLLOWING = Check[Any](
    "beyond_following",
    "The log lays more side by side than an audit follows: from here on not everything was looked at.",
    "लॉग में इतना कुछ साथ-साथ रखा गया है कि जाँच उसे पूरा नहीं देख सकती: यहाँ से आगे सब कुछ नहीं देखा गया।",
    _found,
)

FILES = (UNREADABLE, BEYOND_FOLLOWING, LAW_MISSING, LAW_UNLIKE, LAW_REWRITTEN)
ENTRIES, OPENINGS, IN_BATCHES = on_entries.READING, on_entries.OPENING, on_entries.BATCHED
ROLES, AUTHORITIES, PROTECTION = on_people.GIVING, on_people.REGISTERING, on_people.GUARDING
SERVERS = on_people.LISTING
ORDERS = on_law.ORDERING
STEPS = (*on_order.STEPPING, *on_people.STEPPING_WHO)
DECISIONS = (*on_order.DECIDING_ORDER, *on_people.DECIDING, *on_law.DECIDING_LAW, *on_law.AGREEING)
MEASURES = (*on_order.MEASURING_ORDER, *on_people.MEASURING_WHO, *on_law.MEASURING_LAW)
ENDS = (*on_order.ENDING, *on_people.ENDING_WHO)
NOTICES, APPEALS, APPEALS_LATER = on_time.NOTICING, on_time.APPEALING, on_time.APPEALS_AT_END
UNSEALINGS = (*on_time.UNSEALING, *on_people.OPENING_WHO)
MEASURES_LATER, ENDS_LATER, ORDERS_LATER = on_time.MEASURES_AT_END, on_time.ENDS_AT_END, on_time.ORDERS_AT_END
FREEZING, CHANGING = on_house.FREEZING, on_house.CHANGING
ORIGINS, REFILLS = on_entries.ORIGINS, on_entries.REFILLS
BRINGING, COUNTERING = on_time.BRINGING, on_time.COUNTERING
BLOCKING, STATING = on_people.BLOCKING, on_people.STATING
TALLIES, TALLIES_LATER = on_house.TALLYING, on_house.TALLIES_AT_END

# By what each is asked of, for the docs.
TABLE: dict[str, Sequence[Check[Any]]] = {
    "files and entries": (*FILES, *ENTRIES, *IN_BATCHES, *OPENINGS),
    "roles": ROLES,
    "authorities": AUTHORITIES,
    "protection": PROTECTION,
    "servers that are let in": SERVERS,
    "orders": (*ORDERS, *ORDERS_LATER),
    "steps of orders": STEPS,
    "decisions": DECISIONS,
    "measures": (*MEASURES, *MEASURES_LATER),
    "ends of measures": (*ENDS, *ENDS_LATER),
    "notices": NOTICES,
    "appeals": (*APPEALS, *APPEALS_LATER),
    "bodies outside": BRINGING,
    "counter-notices": COUNTERING,
    "what was secret": UNSEALINGS,
    "tallies": (*TALLIES, *TALLIES_LATER),
    "blocks and statements": (*BLOCKING, *STATING),
    "frozen reports, keys and older logs": (*FREEZING, *CHANGING, *ORIGINS, *REFILLS),
}


def drawn() -> str:
    """The table for docs/rule-of-law.md, in English; `chaupal-audit` says each in Hindi, too."""
    rows = ["| code | what is wrong | |", "|---|---|---|"]
    for about, checks in TABLE.items():
        rows.append(f"| **{about}** | | |")
        rows += [f"| `{check.code}` | {check.en} | {'late' if check.late else ''} |" for check in checks]
    return "\n".join(rows)
