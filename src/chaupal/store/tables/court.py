"""Authorities, orders and cases; rulings and who was told of them; appeals, reports, deadlines; statements and frozen reports."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    text as sql,
)

from chaupal.store.tables.columns import big, bigs, id_column, table, text, texts

authorities = table(
    "authorities",
    id_column(),
    *texts("name name_hi jurisdiction office email_domain"),
    *bigs("created_at created_by log_index"),
    text("issuer_class", default="government"),  # court, government, police, other
    text("keys", default="[]"),  # certificates (SHA-256 of the public key) by which its documents are known
    text("contact"),  # a mail address of its own, which is told what is proposed about it
    big("agreed_by", null=True),  # who agreed that it is one; until then nothing is taken from it
    UniqueConstraint("name"),
    CheckConstraint("agreed_by <> created_by", name="authorities_by_two_people"),
)

# What is to be known of an authority from now on, as one person proposed it: nothing of it holds until another agrees.
authority_changes = table(
    "authority_changes",
    id_column(),
    Column("authority_id", BigInteger, ForeignKey("authorities.id"), nullable=False),
    text("body"),
    *bigs("proposed_by proposed_at"),
    *bigs("agreed_by ended_at", null=True),
    big("log_index"),
    CheckConstraint("agreed_by <> proposed_by", name="authority_changes_by_two_people"),
    CheckConstraint("agreed_by IS NULL OR ended_at IS NOT NULL", name="authority_changes_agreed_are_over"),
    Index("authority_changes_of", "authority_id"),
    Index("authority_changes_one_at_a_time", "authority_id", unique=True, sqlite_where=sql("ended_at IS NULL")),
)

# Those who file for an authority on its portal or by API: no accounts of the square.
authority_users = table("authority_users", id_column(),
    Column("authority_id", BigInteger, ForeignKey("authorities.id"), nullable=False),
    *texts("name rank email password_hash totp_secret"), big("totp_used", default=0), text("token_hash"),
    text("invited_again_by"),  # ids of the staff who sent another link, each after a comma
    *bigs("created_at created_by"), *bigs("disabled_at log_index", null=True),
    UniqueConstraint("email"), Index("authority_users_of", "authority_id"), Index("authority_users_by_token", "token_hash"),
)  # fmt: skip
authority_sessions = table(
    "authority_sessions",
    text("hash", primary_key=True),
    *bigs("user_id created_at expires_at"),
    text("csrf"),
    big("passed_totp", default=0),
    Index("authority_sessions_of", "user_id"),
)

# A matter: what asks for a limit. An order from outside, a notice, or the house's own rules (no authority then).
orders = table("orders", id_column(),
    text("ref"), Column("authority_id", BigInteger, ForeignKey("authorities.id"), nullable=True),
    *texts("officer officer_rank reference_no legal_basis grounds reasons territory"),
    *bigs("dated received_at"), *bigs("act_by ends_at", null=True), *bigs("received_by log_index"),
    text("regime"), big("regime_version", default=0), text("kind", default="order"), text("channel", default="staff"),
    text("bases", default="[]"), big("emergency", default=0), big("interim_until", null=True),
    text("secrecy", default="none"), big("gag_until", null=True),
    big("published_at", null=True),  # when what was secret became public, and got its number
    text("secret_ref"),  # its reference until then; links with it go on working
    text("signature", default="absent"), text("origin", default="unverified"),
    *texts("source rule"), *bigs("report_id filed_by", null=True), text("external_id"),
    Column("flagged_by", BigInteger, ForeignKey("authorities.id"), nullable=True),  # whose hint a matter of the house's own follows
    Column("confirms", BigInteger, ForeignKey("orders.id"), nullable=True),  # the emergency order that it says it confirms
    # The order, sent back, of which it is the mended version.
    Column("replaces", BigInteger, ForeignKey("orders.id"), nullable=True),
    text("particulars", default="{}"),  # other fields that its regime asks for
    UniqueConstraint("ref"), Index("orders_by_secret_ref", "secret_ref"),
    CheckConstraint("(flagged_by IS NOT NULL) = (source = 'state_flag')", name="orders_name_whose_hint_it_was"),
    CheckConstraint("flagged_by IS NULL OR authority_id IS NULL", name="orders_or_hints"),
    CheckConstraint(
        "(kind <> 'own_rules' AND flagged_by IS NULL) OR (secrecy = 'none' AND gag_until IS NULL)", name="orders_of_the_house_are_told"
    ),
    Index("orders_of", "authority_id", "external_id"), Index("orders_by_report", "report_id"),
)  # fmt: skip

# What happened to an order as a whole; where it stands is the fold of these. Added to, never changed.
order_events = table(
    "order_events",
    id_column(),
    Column("order_id", BigInteger, ForeignKey("orders.id"), nullable=False),
    big("number"),
    *texts("state verb"),
    *bigs("by at"),
    text("body", default="{}"),
    big("log_index", null=True),
    UniqueConstraint("order_id", "number"),
)

targets = table(
    "targets",
    id_column(),
    Column("order_id", BigInteger, ForeignKey("orders.id"), nullable=False),
    big("number"),
    *texts("as_written kind"),
    *bigs("subject_id owner_id", null=True),
    text("term"),  # of a tag: its count key (K2)
    *texts("demanded speaker"),
    big("assigned_to", null=True),
    text("note"),
    big("unseen", default=0),
    UniqueConstraint("order_id", "number"),
    Index("targets_on", "subject_id"),
    Index("targets_of_owner", "owner_id"),
)

# A case's status is the fold of these: each says what state the case came to. They are added to, never changed.
case_events = table(
    "case_events",
    id_column(),
    Column("target_id", BigInteger, ForeignKey("targets.id"), nullable=False),
    big("number"),
    text("state"),
    *bigs("by at"),
    text("body", default="{}"),
    big("log_index", null=True),
    big("first_by", null=True),  # who made the move that this one seconds
    UniqueConstraint("target_id", "number"),  # two people cannot both make the next move
    Index("case_events_by_leaf", "log_index"),
    CheckConstraint('first_by <> "by"', name="case_events_by_two_people"),
)

LIVE_ON_SERVERS = (
    "lifted_at IS NULL AND measure IN ('refuse_reports', 'refuse_media', 'limit_server', 'suspend_server')"
)
rulings = table("rulings", id_column(),
    big("subject_id"), *texts("term measure territory"),
    big("starts_at"), *bigs("ends_at lifted_at", null=True),
    Column("target_id", BigInteger, ForeignKey("targets.id"), nullable=True), big("owner_id", null=True),
    *texts("order_ref authority authority_hi legal_basis reason"),
    big("decided_by"), big("approved_by", null=True),
    Column("log_index", BigInteger, nullable=False),  # no effect without its leaf
    big("lift_log_index", null=True),
    big("opened_log_index", null=True),  # of one that was secret: the entry that made it public
    text("basis", default="legal_order"), *texts("regime rule"), big("review_at", null=True), big("permanent", default=0),
    big("alone", default=0),  # 1: one person may decide this by the regime (a warning under the house's rules)
    big("second_by", null=True),  # ms: one person acted in an emergency, a second person must look until then
    big("neutral", default=0),  # 1: gagged: the placeholder names nobody
    big("global_allowed", default=0), *bigs("strike_until preserve_until", null=True), text("text"),
    big("protected", default=0),  # 1: its law asks for a third person because of whose words it is about
    big("concurred_by", null=True),  # who agreed as second reviewer
    CheckConstraint("decided_by <> approved_by", name="rulings_by_two_people"),
    CheckConstraint("concurred_by <> decided_by AND concurred_by <> approved_by", name="rulings_concurred_by_a_third"),
    CheckConstraint("approved_by IS NOT NULL OR alone = 1 OR second_by IS NOT NULL", name="rulings_seconded"),
    CheckConstraint("alone = 0 OR ends_at IS NOT NULL", name="rulings_alone_end"),
    CheckConstraint(
        "protected = 0 OR (alone = 0 AND approved_by IS NOT NULL AND concurred_by IS NOT NULL)", name="rulings_protected_by_three"
    ),
    CheckConstraint(
        "owner_id <> decided_by AND owner_id <> COALESCE(approved_by, 0) AND owner_id <> COALESCE(concurred_by, 0)",
        name="rulings_not_by_their_owner",
    ),
    CheckConstraint("alone = 0 OR basis = 'own_rules'", name="rulings_alone_under_own_rules"),
    CheckConstraint("measure <> 'suspend' OR basis = 'own_rules'", name="rulings_no_order_suspends"),
    CheckConstraint("measure <> 'remove_post' OR basis = 'own_rules'", name="rulings_no_order_removes"),
    CheckConstraint("territory <> 'XX' OR basis IN ('own_rules', 'copyright') OR global_allowed = 1", name="rulings_not_worldwide"),
    CheckConstraint("territory <> ''", name="rulings_somewhere"),
    CheckConstraint("ends_at IS NOT NULL OR review_at IS NOT NULL", name="rulings_end_or_are_reviewed"),
    CheckConstraint("lifted_at IS NULL OR lift_log_index IS NOT NULL", name="rulings_end_with_a_leaf"),
    Index("rulings_on", "subject_id"),
    Index("rulings_live", "lifted_at", "ends_at"),
    Index("rulings_of_target", "target_id"), Index("rulings_of_owner", "owner_id"),
    # By what the log says last of them: processes beside each other find what changed.
    Index("rulings_by_leaf", "log_index"), Index("rulings_by_lift", "lift_log_index"),
    Index("rulings_by_opening", "opened_log_index"),
    Index(
        "rulings_by_one", "second_by", sqlite_where=sql("second_by IS NOT NULL")
    ),
    # A server is limited in one way once, and what is in force on servers is found by itself.
    Index("rulings_of_servers", "subject_id", "measure", unique=True, sqlite_where=sql(LIVE_ON_SERVERS)),
)  # fmt: skip

# The class of a speaker whose expression the law guards most; private, granted by two.
protected_speakers = table(
    "protected_speakers",
    id_column(),
    big("account_id"),
    *texts("class evidence"),
    big("granted_by"),
    big("seconded_by", null=True),
    big("granted_at"),
    *bigs("ends_at ended_at log_index ending_by ending_at", null=True),
    big("ended_by", null=True),  # who asked for its end, who agreed
    CheckConstraint("granted_by <> seconded_by", name="protected_by_two_people"),
    CheckConstraint("ending_by <> ended_by", name="protected_end_by_two_people"),
    CheckConstraint(
        "ended_at IS NULL OR seconded_by IS NULL OR (ending_by IS NOT NULL AND ended_by IS NOT NULL)",
        name="protected_end_agreed",
    ),
    CheckConstraint(
        "account_id <> granted_by AND account_id <> COALESCE(seconded_by, 0) AND account_id <> COALESCE(ending_by, 0) "
        "AND account_id <> COALESCE(ended_by, 0)",
        name="protected_not_by_themselves",
    ),
    Index("protected_of", "account_id"),
)

# Letters and orders as they came: the file is stored encrypted under `key`, its SHA-256 is of the plain bytes.
documents = table("documents", id_column(),
    big("order_id", null=True), *texts("sha256 name mime"), big("size"), *texts("key nonce"),
    text("signature", default="absent"), text("signer"), *bigs("at by"), text("by_kind", default="staff"),
    Index("documents_of", "order_id"), Index("documents_by_hash", "sha256"),
)  # fmt: skip

# What is kept of a thing that was limited, encrypted, until nobody may need it as evidence any more.
evidence = table(
    "evidence",
    id_column(),
    big("subject_id"),
    text("kind"),
    big("owner_id", null=True),
    text("order_ref"),
    Column("body", LargeBinary, nullable=True),
    text("sha256"),
    *bigs("taken_at hold_until"),
    *bigs("purged_at log_index", null=True),
    Index("evidence_of", "subject_id"),
    Index("evidence_held", "hold_until"),
)

# Who was told what about a ruling, or why not yet.
tellings = table(
    "tellings",
    id_column(),
    *bigs("ruling_id account_id"),
    *texts("about language ways"),
    big("due_at"),
    big("sent_at", null=True),
    text("gag"),
    big("log_index", null=True),
    UniqueConstraint("ruling_id", "account_id", "about"),
    big("returned_at", null=True),  # when the letter of it was known to have reached nobody
    Index("tellings_that_wait", "due_at", sqlite_where=sql("sent_at IS NULL")),
)

appeals = table("appeals", id_column(),
    *bigs("ruling_id account_id"), text("state", default="filed"), *texts("text language"), *bigs("filed_at due_at"),
    *bigs("assigned_to decided_by decided_at", null=True), *texts("outcome reason"),
    big("not_by_first"), big("not_by_second", null=True),  # who decided what is appealed: they cannot hear it
    big("log_index"), *bigs("decided_log_index not_by_third", null=True),
    UniqueConstraint("ruling_id"),
    CheckConstraint("decided_by <> not_by_first", name="appeals_heard_by_another"),
    CheckConstraint("decided_by <> not_by_second", name="appeals_heard_by_a_third"),
    CheckConstraint("decided_by <> not_by_third AND decided_by <> account_id", name="appeals_heard_by_nobody_concerned"),
    CheckConstraint("decided_at IS NULL OR decided_log_index IS NOT NULL", name="appeals_decided_with_a_leaf"),
    Index("appeals_open", "state", "due_at"), Index("appeals_of", "account_id"),
    Index("appeals_by_leaf", "log_index"), Index("appeals_by_end", "decided_log_index"),
)  # fmt: skip
appeal_messages = table(
    "appeal_messages",
    id_column(),
    *bigs("appeal_id by"),
    big("staff", default=0),
    text("text"),
    big("at"),
    Index("appeal_messages_of", "appeal_id", "id"),
)

# Complaints of users and of guests (who confirm by mail); state: unconfirmed, open, resolved.
reports = table("reports", id_column(),
    text("ref"), big("reporter_id", null=True), *texts("email name confirm_hash"), big("account_id"),
    text("post_ids", default="[]"), text("category", default="other"), text("rules", default="[]"), *texts("comment language regime"),
    big("regime_version", default=0), text("state", default="open"), big("assigned_to", null=True), big("received_at"),
    *bigs("acknowledged_at ack_due resolve_due resolved_at resolved_by", null=True), *texts("outcome reason"), big("log_index", null=True),
    big("server", default=0),  # of one that another server sent: which
    big("forward", default=0),  # 1: it is sent on to the server of whoever is reported
    UniqueConstraint("ref"), Index("reports_open", "state", "resolve_due"), Index("reports_on", "account_id"),
    Index("reports_by", "reporter_id"),
)  # fmt: skip

# Deadlines of orders, appeals and reports. `alerted`: the share (50, 80, 100) of the time after which staff were last told.
clocks = table(
    "clocks",
    id_column(),
    text("what"),
    big("of"),
    text("kind"),
    *bigs("starts_at due_at"),
    big("stopped_at", null=True),
    big("alerted", default=0),
    UniqueConstraint("what", "of", "kind"),
    Index("clocks_running", "stopped_at", "due_at"),
)

# Notes among staff, private.
staff_notes = table(
    "staff_notes",
    id_column(),
    text("what"),
    *bigs("of by"),
    text("text"),
    big("at"),
    Index("staff_notes_on", "what", "of", "id"),
)
staff_templates = table(
    "staff_templates", id_column(), *texts("name kind text text_hi"), *bigs("by at"), UniqueConstraint("name")
)

# Who of the staff looked at what private thing, and what for.
staff_looks = table(
    "staff_looks",
    id_column(),
    *bigs("by at"),
    *texts("what of purpose"),
    Index("staff_looks_by", "by", "id"),
    Index("staff_looks_on", "what", "of", "id"),
)

webhooks = table(
    "webhooks",
    id_column(),
    *texts("url secret events"),
    *bigs("created_by created_at"),
    big("disabled_at", null=True),
    big("failures", default=0),
    text("last"),
)
# Calls that are still to be made: `tries` were in vain, the next is at `due_at`.
webhook_calls = table(
    "webhook_calls",
    id_column(),
    big("webhook_id"),
    *texts("event body order_ref"),
    big("at"),
    big("tries", default=0),
    big("due_at"),
    Index("webhook_calls_due", "due_at"),
)

# Calls about many cases, carried on by the hundred: what was sent, and what became of each row.
bulk_jobs = table(
    "bulk_jobs",
    id_column(),
    big("account_id"),
    *texts("ref verb"),
    text("state", default="checking"),  # then entering, done or refused
    big("what_can", default=0),
    big("total", default=0),
    big("checked", default=0),
    big("untouched", default=0),
    big("created_at"),
    big("ended_at", null=True),
    big("held_until", default=0),
    Index("bulk_jobs_of", "account_id", "id"),
    Index("bulk_jobs_open", "state", "id"),
)
# `word`: empty while it waits, then done, already, moved or wrong; `said`: what it came to, or the problem, as JSON.
bulk_rows = table(
    "bulk_rows",
    Column("job_id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    *texts("item word said"),
    Index("bulk_rows_by", "job_id", "word", "at"),
)

statements = table(
    "statements",
    id_column(),
    *texts("slug title title_hi body body_hi"),
    text("orders", default="[]"),
    *bigs("published_at by log_index"),
    big("revision", default=1),
    UniqueConstraint("slug"),
)
replies = table(
    "replies",
    id_column(),
    *bigs("statement_id authority_id"),
    text("body"),
    *bigs("at by log_index"),
    Index("replies_to", "statement_id"),
)

# The files of frozen reports: what was published, whose hashes the log holds.
frozen_files = table(
    "frozen_files",
    Column("period", Text, primary_key=True),
    big("revision", primary_key=True),
    Column("name", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)
