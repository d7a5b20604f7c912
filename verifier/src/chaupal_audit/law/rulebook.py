"""A server's own rules as a file: what each says, what a breach may bring, and the strikes that add up and expire."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from chaupal_audit.clock import DAY
from chaupal_audit.errors import NotFound
from chaupal_audit.law.alone import LONGEST_ALONE
from chaupal_audit.law.dates import Dated
from chaupal_audit.law.durations import Duration
from chaupal_audit.law.measures import Measure
from chaupal_audit.law.regime import Titled

# Rules cannot give themselves longer than this to write down what they did in secret.
LONGEST_UNLOGGED: Final = 90 * DAY


class HouseRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule. `measures`: what a breach may bring, the mildest first; `weight`: strikes that it counts for, 0 for none.

    An id keeps its meaning in later versions, and is never given to another rule.
    """

    id: Annotated[int, Meta(ge=1, le=999)]
    text: Titled
    hint: Titled
    measures: Annotated[tuple[Measure, ...], Meta(min_length=1)]
    weight: Annotated[int, Meta(ge=0, le=100)] = 1


class Threshold(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is proposed to staff once somebody has so many strikes; `lasts` nothing: for good. Nothing happens by itself."""

    strikes: Annotated[int, Meta(ge=1, le=1_000)]
    measure: Measure
    lasts: Duration | None = None


class Strikes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How long a strike counts, and what strikes lead to."""

    expire: Duration
    thresholds: tuple[Threshold, ...] = ()


class Conflicts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Conflicts of interest beyond one's own things, which nobody decides about anyway.

    `own_team`: acts (moves of a case, or `hear_appeal`) that nobody does about what somebody of their own role did.
    """

    own_team: tuple[str, ...] = ()


class RuleBook(Dated, frozen=True, kw_only=True):
    """One version of the rules. `alone_lasts`: what one person did alone is over after this, unless a second agrees.

    `default`: the rule that an act is under whose app could name none. `logged_within`: a secret act is in the log after this.
    """

    strikes: Strikes
    alone_lasts: Duration = Duration("P3D")
    logged_within: Duration = Duration("P30D")
    conflicts: Conflicts = Conflicts()
    default: int | None = None
    rules: Annotated[tuple[HouseRule, ...], Meta(min_length=1)]

    @property
    def ref(self) -> str:
        """`house-rules@1`."""
        return f"house-rules@{self.version}"

    def rule(self, id: int) -> HouseRule:
        """Raises NotFound for a number that no rule has."""
        found = next((rule for rule in self.rules if rule.id == id), None)
        if found is None:
            raise NotFound(f"There is no rule {id} in {self.ref}")
        return found

    def cite(self, id: int) -> str:
        """`2@1`: rule 2 as version 1 has it; what a sanction is based on. Raises NotFound."""
        return f"{self.rule(id).id}@{self.version}"

    def strike_until(self, at: int) -> int:
        """When a strike that is given at `at` counts no more (ms since 1970 UTC)."""
        return self.strikes.expire.after(at, self.zone)

    def alone_ends_at(self, at: int) -> int:
        """When what one person does alone at `at` is over (ms), never later than `LONGEST_ALONE` says."""
        return min(self.alone_lasts.after(at, self.zone), at + LONGEST_ALONE)

    def logged_by(self, at: int) -> int:
        """When what was done in secret at `at` is in the log at the latest (ms), never later than `LONGEST_UNLOGGED` says."""
        return min(self.logged_within.after(at, self.zone), at + LONGEST_UNLOGGED)

    def reached(self, strikes: int) -> Threshold | None:
        """What so many strikes lead to: the highest threshold reached, none below the first."""
        return max((t for t in self.strikes.thresholds if t.strikes <= strikes), key=lambda t: t.strikes, default=None)

    def ends_at(self, threshold: Threshold, at: int) -> int | None:
        """When what a threshold brings at `at` ends; None for good."""
        return None if threshold.lasts is None else threshold.lasts.after(at, self.zone)
