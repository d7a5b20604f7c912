"""What somebody would do about a target: one shape from the form, the file or the program that says it to whoever carries it out."""

from collections.abc import Sequence

import msgspec

REFUSE = "refuse"
OWN_ACTION = "own_rules_action"  # a case is closed, because the thing was acted on under the house's own rules
CLOSINGS = (OWN_ACTION, "already_gone", "duplicate", "out_of_scope")  # ends of a case without a measure or a refusal


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """`outcome`: a measure, `refuse`, or one of CLOSINGS.

    `code`: the ground of a refusal. `parts`: the posts or pictures of the target to which the measure is narrowed.
    `finding`: why nothing narrower does, for measures against a whole account. `until`: an ISO date. `text`: of a label.
    `rule`: of the house's own rules. `matter`: of a closing as `own_rules_action`, the matter under those rules in which it was
    done; without it, the newest about the same thing, or else about its account. `permanent`: a suspension without end.
    `despite`: why it is done in spite of what the order lacks on its face.
    """

    outcome: str
    reason: str
    code: str = ""
    parts: Sequence[int] = ()
    finding: str = ""
    until: str = ""
    permanent: bool = False
    text: str = ""
    rule: str = ""
    despite: str = ""
    matter: str = ""

    @property
    def refuses(self) -> bool:
        return self.outcome == REFUSE

    @property
    def closes(self) -> bool:
        return self.outcome in CLOSINGS

    @property
    def verb(self) -> str:
        """Of the lifecycle."""
        return "propose_refusal" if self.refuses else "propose_closing" if self.closes else "propose_measure"
