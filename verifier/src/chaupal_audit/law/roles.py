"""The staff's roles, and what each opens: every 'may' question of a server, as one table."""

from enum import StrEnum


class Role(StrEnum):
    """What an account may do beyond writing and reading; `MAY` says what each opens."""

    MEMBER = "member"
    CLERK = "clerk"
    REVIEWER = "reviewer"
    APPROVER = "approver"
    EXECUTOR = "executor"
    MODERATOR = "moderator"
    AUDITOR = "auditor"
    OWNER = "owner"
    SYSTEM = "system"


OWNER = Role.OWNER

JUDGES = frozenset({Role.REVIEWER, Role.APPROVER, OWNER})

MAY: dict[str, frozenset[Role]] = {
    "see_office": frozenset(
        {Role.CLERK, Role.REVIEWER, Role.APPROVER, Role.EXECUTOR, Role.MODERATOR, Role.AUDITOR, OWNER}
    ),
    "register_authority": frozenset({Role.CLERK, OWNER}),
    "agree_authority": frozenset({Role.APPROVER, OWNER}),  # to what another proposed of one
    # orders: taken in by a clerk, decided by two who judge, carried out where the act was another's (a stay, a withdrawal)
    "receive_order": frozenset({Role.CLERK, Role.REVIEWER, OWNER}),
    # Orders and rulings that are secret or under a gag: for whoever works on orders, and never about their own things
    "see_secret": frozenset({Role.CLERK, Role.AUDITOR, *JUDGES}),
    "see_documents": frozenset({Role.CLERK, Role.REVIEWER, Role.APPROVER, Role.AUDITOR, OWNER}),
    "work_on_order": frozenset({Role.CLERK, *JUDGES}),
    "decide": JUDGES,
    "approve": frozenset({Role.APPROVER, OWNER}),  # never a reviewer, who proposes
    "act_in_emergency": frozenset({Role.APPROVER, OWNER}),
    "lift": frozenset({*JUDGES, Role.EXECUTOR}),
    # any of an order's; which one opens to whom, its table says
    "take_step": frozenset({Role.CLERK, Role.EXECUTOR, *JUDGES}),
    "carry_out": frozenset({*JUDGES, Role.EXECUTOR}),
    "protect_speaker": JUDGES,
    # the house's own rules
    "sanction": frozenset({Role.MODERATOR, *JUDGES}),
    "approve_sanction": frozenset({Role.MODERATOR, *JUDGES}),
    "approve_accounts": frozenset({Role.MODERATOR, OWNER}),
    "block_addresses": frozenset({Role.MODERATOR, OWNER}),  # nets and mails
    "handle_reports": frozenset({Role.MODERATOR, *JUDGES}),
    "see_reported": frozenset({Role.MODERATOR, Role.AUDITOR, *JUDGES}),  # who reported, and what the post said, sealed
    # of an order or of the house; which, its table says
    "end_measure": frozenset({Role.EXECUTOR, Role.MODERATOR, *JUDGES}),
    "hear_appeal": frozenset({Role.MODERATOR, *JUDGES}),
    "publish_statement": frozenset({Role.APPROVER, OWNER}),
    "write_notes": frozenset({Role.CLERK, Role.EXECUTOR, Role.MODERATOR, *JUDGES}),
    "see_space": frozenset({OWNER}),  # how large the database is: it grows by what is secret, too
    "see_looks": frozenset({Role.AUDITOR, OWNER}),
    "grant_roles": frozenset({OWNER}),
    "manage_webhooks": frozenset({OWNER}),
    "edit_texts": frozenset({OWNER}),  # what the house says of itself, its privacy policy, its terms
    "announce": frozenset({Role.MODERATOR, Role.APPROVER, OWNER}),
    "open_entries": frozenset({Role.APPROVER, OWNER}),  # of the log, or destroy what would open them
}
