"""Links in mails are found by their account, and tokens by their app: each was looked for among all."""

from alembic import op

revision = "0081"
down_revision = "0080"

CONCURRENTLY = (("mail_tokens_of", "mail_tokens", ("account_id",)), ("tokens_by_app", "tokens", ("app_id",)))


def upgrade() -> None:
    for name, table, columns in CONCURRENTLY:
        op.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {table} ({', '.join(columns)})")
