"""Who may do what: every 'may' question of the house, as one table."""

from chaupal.policy.viewer import Role, Viewer

OWNER = Role.OWNER

MAY: dict[str, frozenset[Role]] = {
    "see_office": frozenset({Role.CLERK, Role.REVIEWER, Role.APPROVER, Role.MODERATOR, Role.AUDITOR, OWNER}),
    "register_authority": frozenset({Role.CLERK, OWNER}),
    "receive_order": frozenset({Role.CLERK, Role.REVIEWER, OWNER}),
    "decide": frozenset({Role.REVIEWER, Role.APPROVER, OWNER}),
    "approve": frozenset({Role.APPROVER, Role.REVIEWER, OWNER}),
    "lift": frozenset({Role.REVIEWER, Role.APPROVER, OWNER}),
    "approve_accounts": frozenset({Role.MODERATOR, OWNER}),
}


def may(viewer: Viewer, what: str) -> bool:
    """Whether the viewer's role opens `what`; a word that is not in the table opens nothing."""
    return viewer.account is not None and viewer.role in MAY.get(what, frozenset())
