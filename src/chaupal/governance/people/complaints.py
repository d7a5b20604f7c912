"""What can be complained of, and which law's clocks a complaint comes under: found by what each law says of itself."""

from chaupal.governance.context import Court
from chaupal.governance.regimes import OWN_RULES, Regime

# What one can say is wrong -> its category: Mastodon's apps know four, and so does the log.
KINDS = {
    "violation": "violation",
    "spam": "spam",
    "illegal": "legal",
    "intimate": "legal",
    "copyright": "legal",
    "other": "other",
}
OF_CATEGORY = {"violation": "violation", "spam": "spam", "legal": "illegal", "other": "other"}
# What somebody of the staff can say by hand; the other outcomes follow from what was done.
NOTHING, FORWARDED = "none", "forwarded"
BY_HAND = (NOTHING, FORWARDED)

ACKNOWLEDGE = "acknowledge"
# Clocks of a law by which a complaint is to be resolved: the first that it has.
RESOLVING = {"legal": ("act", "resolve_removal", "resolve"), "": ("resolve", "act")}


def category_of(kind: str) -> str:
    return KINDS.get(kind, kind)


def regime_for(court: Court, kind: str, country: str, at: int) -> Regime:
    """The law for complaints of a kind in a country at `at` (ms); where it has none, the house's own rules."""
    laws = [law for law in court.regimes.in_force(at) if law.covers(country)]
    laws.sort(key=lambda law: not law.jurisdiction)  # a country's own law before one that holds for any
    chosen = next((law for law in laws if kind in law.complaints), None)
    if chosen is None and category_of(kind) == "legal":
        chosen = next((law for law in laws if "illegal" in law.complaints), None)
    return chosen or court.regimes.current(OWN_RULES, at)


def due(regime: Regime, kind: str, at: int) -> tuple[int | None, int | None]:
    """By when (ms) a complaint of `at` is to be acknowledged and resolved."""
    names = RESOLVING.get(category_of(kind), RESOLVING[""])
    resolve = next((found for name in names if (found := regime.due(name, at)) is not None), None)
    return regime.due(ACKNOWLEDGE, at), resolve
