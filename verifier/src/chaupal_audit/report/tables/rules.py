"""T7, T8, T16 and T18: what the house did under its own rules, at whose hint, by machine or by people."""

from collections.abc import Callable

from chaupal_audit.fold import facts
from chaupal_audit.fold.facts import Measure
from chaupal_audit.law import measures
from chaupal_audit.report.filters import View
from chaupal_audit.report.tables.cells import N_, Column, Kind, Note, count, people, share
from chaupal_audit.report.tables.declared import Declared
from chaupal_audit.report.tables.orders import AUTHORITY, COUNTRY

RULE = Column("rule", N_("Rule"), Kind.text)
MEASURE = Column("measure", N_("Measure"), Kind.code)
SOURCE = Column("source", N_("Noticed by"), Kind.code)
LANGUAGE = Column("language", N_("Language"), Kind.language)
BEGAN = Note(N_("A measure counts in the month in which it began."))
REVERSED = ("lifted", "appealed", "unreviewed", "set_aside")  # somebody found that it was wrong


def own(view: View) -> list[Measure]:
    """Measures under the house's own rules that began in the period, whoever gave the hint."""
    return [m for m in view.measures if m.basis == facts.OWN_RULES]


def reversed_(m: Measure) -> bool:
    """Whether a measure was taken back because it was wrong, not because its time was over."""
    return m.ending in REVERSED


def of_kind(*kinds: str) -> Callable[[Measure], bool]:
    return lambda m: m.kind in kinds


def _suspended(*, permanent: bool) -> Callable[[Measure], bool]:
    return lambda m: m.measure == measures.Measure.SUSPEND.value and m.permanent == permanent


PARTS = (
    count("actions", N_("actions"), sums=("accounts", "posts", "media", "others")),
    people("accounts", N_("on accounts"), of_kind("account")),
    count("posts", N_("on posts"), of_kind("post")),
    count("media", N_("on media"), of_kind("media")),
    count("others", N_("on others"), lambda m: m.kind not in ("account", "post", "media")),
)

T7 = Declared(
    id="T7",
    title=N_("Own rules"),
    things=own,
    keys=(RULE, MEASURE, SOURCE, LANGUAGE),
    key=lambda m: (m.rule, m.measure, m.source, m.language),
    columns=(
        *PARTS,
        people("suspended_for_a_time", N_("suspended for a time"), _suspended(permanent=False)),
        people("suspended_for_good", N_("suspended for good"), _suspended(permanent=True)),
        people("strikes", N_("strikes given"), lambda m: m.strike_until is not None),
    ),
    notes=(BEGAN,),
)


def state_flagged(view: View) -> list[Measure]:
    """What a state pointed at, or ordered, and the house acted on under its own rules."""
    return [m for m in own(view) if m.source == "state_flag" or m.jurisdiction]


def whose(m: Measure) -> str:
    """The authority whose word it was: that of the hint, or of the order."""
    return m.flagged_by or m.authority


T8 = Declared(
    id="T8",
    title=N_("Flagged by states, acted on under own rules"),
    things=state_flagged,
    keys=(COUNTRY, AUTHORITY, RULE, MEASURE),
    key=lambda m: (m.jurisdiction, whose(m), m.rule, m.measure),
    columns=(*PARTS, people("reversed", N_("reversed"), reversed_)),
    notes=(BEGAN, Note(N_("By whose hint, as the house's record of it says; an order can be one, too."))),
)


# --- automation ---


def by_machine(view: View) -> list[Measure]:
    """Measures of the period that a machine proposed or made."""
    return [m for m in view.measures if m.source == "automated" or m.automatic]


T16 = Declared(
    id="T16",
    title=N_("Automation"),
    things=by_machine,
    keys=(RULE, MEASURE),
    key=lambda m: (m.rule, m.measure),
    columns=(
        people("detected", N_("found by a machine"), lambda m: m.source == "automated"),
        people("decided", N_("decided by a machine"), lambda m: m.automatic),
        share("reviewed", N_("looked at by a person"), lambda m: not m.automatic, columns=("detected", "decided")),
        share("reversal", N_("reversed"), reversed_, columns=("detected", "decided")),
        share(
            "error",
            N_("reversed, of those appealed"),
            lambda m: reversed_(m) if m.appealed else None,
            columns=("detected", "decided"),
        ),
    ),
    notes=(BEGAN, Note(N_("How often an appeal succeeds is the nearest thing to an error rate that the log holds."))),
)


# --- synthetic media ---


SYNTHETIC_RULE = "8"  # of the rules that every house begins with: say so when pictures are made by machine


def synthetic(view: View) -> list[Measure]:
    """Measures whose rule, law or grounds are about synthetic media."""
    return [m for m in view.measures if _synthetic(m)]


def _synthetic(m: Measure) -> bool:
    bases = m.order.bases if m.order else ()
    if m.rule.partition("@")[0] == SYNTHETIC_RULE:
        return True
    return any("synthetic" in word.lower() for word in (m.rule, m.law, *bases))


T18 = Declared(
    id="T18",
    title=N_("Synthetic media"),
    things=synthetic,
    keys=(SOURCE,),
    key=lambda m: (m.source,),
    columns=(
        count("labelled", N_("labelled"), lambda m: m.measure == "label"),
        count("removed", N_("removed or withheld"), lambda m: m.measure in ("remove_post", *facts.WITHHELD)),
        count("otherwise", N_("other measures"), lambda m: m.measure not in ("label", "remove_post", *facts.WITHHELD)),
    ),
    notes=(
        BEGAN,
        Note(
            N_(
                "Counted by rules, laws and grounds that name synthetic media; what authors declare themselves is not in the log."
            )
        ),
    ),
)

TABLES = (T7, T8, T16, T18)
