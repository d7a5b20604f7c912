"""Whole servers can be limited, let in, and hidden by whoever wants nothing of them; what follows ended by it is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
# A measure of a server is in force once: no server before knows of any.
CONTRACTS = "0038"


def _big(name: str, *, null: bool = False, default: str | None = None) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=null, server_default=default)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default="")


def _id(name: str = "id") -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, autoincrement=False)


def upgrade() -> None:
    op.create_table(
        "server_words",
        _id("server_id"),
        _big("obfuscate", default="0"),
        _text("public_comment"),
        _text("private_comment"),
        _big("by"),
        _big("at"),
        sa.PrimaryKeyConstraint("server_id"),
    )
    op.create_table(
        "allowed_servers",
        _id(),
        _big("server_id"),
        _text("reason"),
        _big("by"),
        _big("at"),
        _big("log_index"),
        _big("ending_by", null=True),
        _text("ending_reason"),
        _big("ended_by", null=True),
        _big("ended_at", null=True),
        sa.PrimaryKeyConstraint("id"),
        sa.CheckConstraint(
            "ended_by IS NULL OR (ending_by IS NOT NULL AND ended_by <> ending_by)", name="allowed_servers_end_by_two"
        ),
    )
    now = sa.text("ended_at IS NULL")
    op.create_index(
        "allowed_servers_once", "allowed_servers", ["server_id"], unique=True, sqlite_where=now, postgresql_where=now
    )
    op.create_table(
        "domain_blocks",
        _id(),
        _big("account_id"),
        _text("domain"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account_id", "domain"),
    )
    op.create_index("domain_blocks_on", "domain_blocks", ["domain"])
    op.create_index("domain_blocks_of", "domain_blocks", ["account_id", "id"])
    op.create_table(
        "severed_ties",
        _id(),
        _big("ruling_id"),
        _big("server_id"),
        _big("us"),
        _big("them"),
        _text("kind"),
        _big("boosts", default="1"),
        _big("notify", default="0"),
        _big("at"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("severed_ties_of", "severed_ties", ["us", "id"])
    op.create_index("severed_ties_by", "severed_ties", ["ruling_id", "us"])
    live = sa.text(
        "lifted_at IS NULL AND measure IN ('refuse_reports', 'refuse_media', 'limit_server', 'suspend_server')"
    )
    op.create_index(
        "rulings_of_servers",
        "rulings",
        ["subject_id", "measure"],
        unique=True,
        sqlite_where=live,
        postgresql_where=live,
    )
