"""Second factors, passkeys, exports, imports, moving."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def text(name: str, default: str = "") -> "sa.Column[str]":
    return sa.Column(name, sa.Text(), server_default=default, nullable=False)


def big(name: str, default: int | None = None, *, null: bool = False) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger(), server_default=None if default is None else str(default), nullable=null)


def upgrade() -> None:
    op.add_column("logins", text("appearance"))
    _coming_in()
    _bringing()


def _coming_in() -> None:
    for column in (
        text("totp_secret"),
        big("totp_since", null=True),
        big("totp_used", 0),
        big("passkeys", 0),
        big("leaves_at", null=True),
    ):
        op.add_column("logins", column)
    for column in (text("country"), big("seen_at", 0)):
        op.add_column("sessions", column)
    op.create_table(
        "recovery_codes",
        big("account_id"),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "hash"),
    )
    op.create_table(
        "passkeys",
        sa.Column("credential", sa.Text(), nullable=False),
        big("account_id"),
        text("public_key"),
        big("uses", 0),
        text("name"),
        big("created_at"),
        big("used_at", null=True),
        sa.PrimaryKeyConstraint("credential"),
    )
    op.create_index("passkeys_of", "passkeys", ["account_id"])
    op.create_table(
        "challenges",
        sa.Column("hash", sa.Text(), nullable=False),
        big("account_id"),
        text("purpose"),
        big("expires_at"),
        sa.PrimaryKeyConstraint("hash"),
    )


def _bringing() -> None:
    op.create_table(
        "imports",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        big("account_id"),
        text("kind"),
        text("name"),
        text("key"),
        big("size"),
        text("visibility"),
        text("country"),
        text("language"),
        text("state", "waiting"),
        text("why"),
        big("total", 0),
        big("at", 0),
        big("done", 0),
        big("skipped", 0),
        big("failed", 0),
        big("created_at"),
        big("finished_at", null=True),
        big("held_until", 0),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("imports_of", "imports", ["account_id", "id"])
    op.create_index("imports_open", "imports", ["state", "id"])
    op.create_table(
        "import_faults",
        big("import_id"),
        big("number"),
        text("item"),
        text("why"),
        sa.PrimaryKeyConstraint("import_id", "number"),
    )
    op.create_table(
        "imported",
        big("account_id"),
        sa.Column("source", sa.Text(), nullable=False),
        big("post_id"),
        sa.PrimaryKeyConstraint("account_id", "source"),
    )
