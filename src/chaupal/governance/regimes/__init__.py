"""Legal regimes as data: read from files, checked, found by date. A new law needs a file and no code."""

from chaupal.governance.regimes.checks import CLOCKS
from chaupal.governance.regimes.defects import DEFECTS, Defect
from chaupal.governance.regimes.facial import OrderFacts, TargetFacts, defects
from chaupal.governance.regimes.loading import SHIPPED, Regimes, load_regimes
from chaupal.governance.regimes.returning import letter_of_return
from chaupal_audit.errors import BadLaw
from chaupal_audit.law.durations import Duration
from chaupal_audit.law.regime import GENERIC, OWN_RULES, Field, Issuer, Named, Rank, Refusal, Regime, Speaker, Titled

__all__ = [
    "CLOCKS", "DEFECTS", "GENERIC", "OWN_RULES", "SHIPPED", "BadLaw", "Defect", "Duration", "Field", "Issuer", "Named",
    "OrderFacts", "Rank", "Refusal", "Regime", "Regimes", "Speaker", "TargetFacts", "Titled", "defects", "letter_of_return",
    "load_regimes",
]  # fmt: skip
