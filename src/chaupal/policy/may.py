"""Who may do what: whether a viewer's role opens it, by the one table of roles, which is the verifier's too."""

from chaupal.policy.rulings import Ruling
from chaupal.policy.viewer import Viewer
from chaupal_audit.law.roles import MAY as MAY

STAFF = MAY["see_office"]


def may(viewer: Viewer, what: str) -> bool:
    """Whether the viewer's role opens `what`; a word that is not in the table opens nothing."""
    return viewer.account is not None and viewer.role in MAY.get(what, frozenset())


def may_know_of(viewer: Viewer, ruling: Ruling) -> bool:
    """The same of a ruling: of one that is told neutrally nobody whom its order is about knows as staff."""
    return not ruling.neutral or may_know(viewer, own=viewer.account in ruling.concerned)


def may_know(viewer: Viewer, *, own: bool) -> bool:
    """Whether somebody of the staff may know of a secret order or ruling; `own`: it is about something of theirs."""
    return may(viewer, "see_secret") and not own
