"""The whole court: regimes and matters, appeals, reports, clocks, documents, speakers, statements, witnesses."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CHECKS = {
    "rulings_seconded": "approved_by IS NOT NULL OR alone = 1 OR second_by IS NOT NULL",
    "rulings_alone_under_own_rules": "alone = 0 OR basis = 'own_rules'",
    "rulings_no_order_suspends": "measure <> 'suspend' OR basis = 'own_rules'",
    "rulings_no_order_removes": "measure <> 'remove_post' OR basis = 'own_rules'",
    "rulings_not_worldwide": "territory <> 'XX' OR basis IN ('own_rules', 'copyright') OR global_allowed = 1",
    "rulings_somewhere": "territory <> ''",
    "rulings_end_or_are_reviewed": "ends_at IS NOT NULL OR review_at IS NOT NULL",
    "rulings_end_with_a_leaf": "lifted_at IS NULL OR lift_log_index IS NOT NULL",
}


def upgrade() -> None:
    op.create_table(
        "appeal_messages",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("appeal_id", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.BigInteger(), nullable=False),
        sa.Column("staff", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("appeal_messages_of", "appeal_messages", ["appeal_id", "id"], unique=False)

    op.create_table(
        "appeals",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("ruling_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default="filed", nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.Text(), server_default="", nullable=False),
        sa.Column("filed_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("assigned_to", sa.BigInteger(), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("not_by_first", sa.BigInteger(), nullable=False),
        sa.Column("not_by_second", sa.BigInteger(), nullable=True),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("decided_log_index", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("decided_at IS NULL OR decided_log_index IS NOT NULL", name="appeals_decided_with_a_leaf"),
        sa.CheckConstraint("decided_by <> not_by_first", name="appeals_heard_by_another"),
        sa.CheckConstraint("decided_by <> not_by_second", name="appeals_heard_by_a_third"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("ruling_id"),
    )
    op.create_index("appeals_of", "appeals", ["account_id"], unique=False)
    op.create_index("appeals_open", "appeals", ["state", "due_at"], unique=False)

    op.create_table(
        "authority_sessions",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("csrf", sa.Text(), server_default="", nullable=False),
        sa.Column("passed_totp", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_index("authority_sessions_of", "authority_sessions", ["user_id"], unique=False)

    op.create_table(
        "clocks",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("what", sa.Text(), server_default="", nullable=False),
        sa.Column("of", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("stopped_at", sa.BigInteger(), nullable=True),
        sa.Column("alerted", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("what", "of", "kind"),
    )
    op.create_index("clocks_running", "clocks", ["stopped_at", "due_at"], unique=False)

    op.create_table(
        "cosignatures",
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("size", "name"),
    )
    op.create_table(
        "disclosures",
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("disclosure", sa.Text(), server_default="", nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("log_index", "name"),
    )
    op.create_table(
        "documents",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.Text(), server_default="", nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("mime", sa.Text(), server_default="", nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), server_default="", nullable=False),
        sa.Column("nonce", sa.Text(), server_default="", nullable=False),
        sa.Column("signature", sa.Text(), server_default="absent", nullable=False),
        sa.Column("signer", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.BigInteger(), nullable=False),
        sa.Column("by_kind", sa.Text(), server_default="staff", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("documents_by_hash", "documents", ["sha256"], unique=False)
    op.create_index("documents_of", "documents", ["order_id"], unique=False)

    op.create_table(
        "evidence",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("order_ref", sa.Text(), server_default="", nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("sha256", sa.Text(), server_default="", nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.Column("hold_until", sa.BigInteger(), nullable=False),
        sa.Column("purged_at", sa.BigInteger(), nullable=True),
        sa.Column("log_index", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("evidence_held", "evidence", ["hold_until"], unique=False)
    op.create_index("evidence_of", "evidence", ["subject_id"], unique=False)

    op.create_table(
        "protected_speakers",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("class", sa.Text(), server_default="", nullable=False),
        sa.Column("evidence", sa.Text(), server_default="", nullable=False),
        sa.Column("granted_by", sa.BigInteger(), nullable=False),
        sa.Column("seconded_by", sa.BigInteger(), nullable=True),
        sa.Column("granted_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("log_index", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("granted_by <> seconded_by", name="protected_by_two_people"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("protected_of", "protected_speakers", ["account_id"], unique=False)

    op.create_table(
        "replies",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.Column("authority_id", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.BigInteger(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("replies_to", "replies", ["statement_id"], unique=False)

    op.create_table(
        "reports",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("ref", sa.Text(), server_default="", nullable=False),
        sa.Column("reporter_id", sa.BigInteger(), nullable=True),
        sa.Column("email", sa.Text(), server_default="", nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("confirm_hash", sa.Text(), server_default="", nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("post_ids", sa.Text(), server_default="[]", nullable=False),
        sa.Column("category", sa.Text(), server_default="other", nullable=False),
        sa.Column("rules", sa.Text(), server_default="[]", nullable=False),
        sa.Column("comment", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.Text(), server_default="", nullable=False),
        sa.Column("regime", sa.Text(), server_default="", nullable=False),
        sa.Column("regime_version", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("assigned_to", sa.BigInteger(), nullable=True),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("acknowledged_at", sa.BigInteger(), nullable=True),
        sa.Column("ack_due", sa.BigInteger(), nullable=True),
        sa.Column("resolve_due", sa.BigInteger(), nullable=True),
        sa.Column("resolved_at", sa.BigInteger(), nullable=True),
        sa.Column("resolved_by", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("ref"),
    )
    op.create_index("reports_by", "reports", ["reporter_id"], unique=False)
    op.create_index("reports_on", "reports", ["account_id"], unique=False)
    op.create_index("reports_open", "reports", ["state", "resolve_due"], unique=False)

    op.create_table(
        "staff_looks",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("by", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.Text(), server_default="", nullable=False),
        sa.Column("of", sa.Text(), server_default="", nullable=False),
        sa.Column("purpose", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("staff_looks_by", "staff_looks", ["by", "id"], unique=False)
    op.create_index("staff_looks_on", "staff_looks", ["what", "of", "id"], unique=False)

    op.create_table(
        "staff_notes",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("what", sa.Text(), server_default="", nullable=False),
        sa.Column("of", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("staff_notes_on", "staff_notes", ["what", "of", "id"], unique=False)

    op.create_table(
        "staff_templates",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("text_hi", sa.Text(), server_default="", nullable=False),
        sa.Column("by", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "statements",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("slug", sa.Text(), server_default="", nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("title_hi", sa.Text(), server_default="", nullable=False),
        sa.Column("body", sa.Text(), server_default="", nullable=False),
        sa.Column("body_hi", sa.Text(), server_default="", nullable=False),
        sa.Column("orders", sa.Text(), server_default="[]", nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.BigInteger(), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("slug"),
    )
    op.create_table(
        "tellings",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("ruling_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("about", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.Text(), server_default="", nullable=False),
        sa.Column("ways", sa.Text(), server_default="", nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("gag", sa.Text(), server_default="", nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("ruling_id", "account_id", "about"),
    )
    op.create_index("tellings_due", "tellings", ["due_at"], unique=False)

    op.create_table(
        "webhook_calls",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("webhook_id", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.Text(), server_default="", nullable=False),
        sa.Column("body", sa.Text(), server_default="", nullable=False),
        sa.Column("order_ref", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("webhook_calls_due", "webhook_calls", ["due_at"], unique=False)

    op.create_table(
        "webhooks",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("url", sa.Text(), server_default="", nullable=False),
        sa.Column("secret", sa.Text(), server_default="", nullable=False),
        sa.Column("events", sa.Text(), server_default="", nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("disabled_at", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("last", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "witnessed",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("origin"),
    )
    op.create_table(
        "authority_users",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("authority_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("rank", sa.Text(), server_default="", nullable=False),
        sa.Column("email", sa.Text(), server_default="", nullable=False),
        sa.Column("password_hash", sa.Text(), server_default="", nullable=False),
        sa.Column("totp_secret", sa.Text(), server_default="", nullable=False),
        sa.Column("totp_used", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("token_hash", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=False),
        sa.Column("disabled_at", sa.BigInteger(), nullable=True),
        sa.Column("log_index", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["authority_id"], ["authorities.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email"),
    )
    op.create_index("authority_users_by_token", "authority_users", ["token_hash"], unique=False)
    op.create_index("authority_users_of", "authority_users", ["authority_id"], unique=False)

    op.create_table(
        "order_events",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("verb", sa.Text(), server_default="", nullable=False),
        sa.Column("by", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), server_default="{}", nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["orders.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("order_id", "number"),
    )

    with op.batch_alter_table("authorities") as batch:
        batch.add_column(sa.Column("issuer_class", sa.Text(), server_default="government", nullable=False))
        batch.add_column(sa.Column("keys", sa.Text(), server_default="[]", nullable=False))
    with op.batch_alter_table("orders") as batch:
        batch.add_column(sa.Column("regime", sa.Text(), server_default="", nullable=False))
        batch.add_column(sa.Column("regime_version", sa.BigInteger(), server_default="0", nullable=False))
        batch.add_column(sa.Column("kind", sa.Text(), server_default="order", nullable=False))
        batch.add_column(sa.Column("channel", sa.Text(), server_default="staff", nullable=False))
        batch.add_column(sa.Column("bases", sa.Text(), server_default="[]", nullable=False))
        batch.add_column(sa.Column("emergency", sa.BigInteger(), server_default="0", nullable=False))
        batch.add_column(sa.Column("interim_until", sa.BigInteger(), nullable=True))
        batch.add_column(sa.Column("secrecy", sa.Text(), server_default="none", nullable=False))
        batch.add_column(sa.Column("gag_until", sa.BigInteger(), nullable=True))
        batch.add_column(sa.Column("signature", sa.Text(), server_default="absent", nullable=False))
        batch.add_column(sa.Column("origin", sa.Text(), server_default="unverified", nullable=False))
        batch.add_column(sa.Column("source", sa.Text(), server_default="", nullable=False))
        batch.add_column(sa.Column("rule", sa.Text(), server_default="", nullable=False))
        batch.add_column(sa.Column("report_id", sa.BigInteger(), nullable=True))
        batch.add_column(sa.Column("filed_by", sa.BigInteger(), nullable=True))
        batch.add_column(sa.Column("external_id", sa.Text(), server_default="", nullable=False))
        batch.add_column(sa.Column("particulars", sa.Text(), server_default="{}", nullable=False))
        batch.alter_column("authority_id", existing_type=sa.BigInteger(), nullable=True)
    op.create_index("orders_of", "orders", ["authority_id", "external_id"], unique=False)
    with op.batch_alter_table("rulings") as batch:
        batch.add_column(sa.Column("basis", sa.Text(), server_default="legal_order", nullable=False))
        batch.add_column(sa.Column("regime", sa.Text(), server_default="", nullable=False))
        batch.add_column(sa.Column("rule", sa.Text(), server_default="", nullable=False))
        batch.add_column(sa.Column("review_at", sa.BigInteger(), nullable=True))
        batch.add_column(sa.Column("permanent", sa.BigInteger(), server_default="0", nullable=False))
        batch.add_column(sa.Column("alone", sa.BigInteger(), server_default="0", nullable=False))
        batch.add_column(sa.Column("second_by", sa.BigInteger(), nullable=True))
        batch.add_column(sa.Column("neutral", sa.BigInteger(), server_default="0", nullable=False))
        batch.add_column(sa.Column("global_allowed", sa.BigInteger(), server_default="0", nullable=False))
        batch.add_column(sa.Column("strike_until", sa.BigInteger(), nullable=True))
        batch.add_column(sa.Column("preserve_until", sa.BigInteger(), nullable=True))
        batch.add_column(sa.Column("text", sa.Text(), server_default="", nullable=False))
        batch.alter_column("approved_by", existing_type=sa.BigInteger(), nullable=True)
    # Rulings of the first version had no review date; every ruling now ends or is looked at again.
    op.execute("UPDATE rulings SET review_at = starts_at + 15552000000 WHERE ends_at IS NULL")  # 180 days
    with op.batch_alter_table("rulings") as batch:
        for name, condition in CHECKS.items():
            batch.create_check_constraint(name, condition)
    op.create_index(
        "rulings_by_one",
        "rulings",
        ["second_by"],
        unique=False,
        sqlite_where=sa.text("second_by IS NOT NULL"),
        postgresql_where=sa.text("second_by IS NOT NULL"),
    )
    op.create_index("rulings_by_leaf", "rulings", ["log_index"], unique=False)
    op.create_index("rulings_by_lift", "rulings", ["lift_log_index"], unique=False)
    op.create_index("rulings_of_owner", "rulings", ["owner_id"], unique=False)
    op.create_index("rulings_of_target", "rulings", ["target_id"], unique=False)
    with op.batch_alter_table("targets") as batch:
        batch.add_column(sa.Column("term", sa.Text(), server_default="", nullable=False))
        batch.add_column(sa.Column("demanded", sa.Text(), server_default="", nullable=False))
        batch.add_column(sa.Column("speaker", sa.Text(), server_default="", nullable=False))
        batch.add_column(sa.Column("assigned_to", sa.BigInteger(), nullable=True))
        batch.add_column(sa.Column("note", sa.Text(), server_default="", nullable=False))
    op.create_index("targets_of_owner", "targets", ["owner_id"], unique=False)

    # What the world outside did not take is tried again later.
    op.add_column("outbox", sa.Column("due_at", sa.BigInteger(), server_default="0", nullable=False))

    # A case is no longer only about withholding.
    for before, now in (("withholding_proposed", "measure_proposed"), ("withheld", "in_force")):
        op.execute(
            sa.text("UPDATE case_events SET state = :now WHERE state = :before").bindparams(now=now, before=before)
        )
