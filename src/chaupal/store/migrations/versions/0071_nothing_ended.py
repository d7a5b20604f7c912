"""Where no transaction ended since the last look there is nothing to look for: most looks ask for that alone.

`changes_and_posts_since`, which knows its way to the rows by settings that are set and taken back with each call, takes twice as
long as this answer. It stays, also for a version before.
"""

from alembic import op

revision = "0071"
down_revision = "0070"

SEEN = """
    CREATE FUNCTION seen_since(last text) RETURNS TABLE (
        snapshot text, epoch text, now double precision, seq bigint, by text, unit bigint, body text, post bigint
    ) LANGUAGE plpgsql STABLE ROWS 2 AS $$
    BEGIN
        IF pg_current_snapshot()::text <> last THEN
            RETURN QUERY SELECT * FROM changes_and_posts_since(last);
        ELSE
            snapshot := last;
            epoch := (SELECT e.epoch FROM changes_epoch e);
            now := extract(epoch FROM clock_timestamp());
            RETURN NEXT;
        END IF;
    END $$
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(SEEN)
