"""Of which new post a change tells: whoever looks at changes reads its row with them, as it is at that moment: PostgreSQL.

The function of before stays for servers of the version before, beside which this one may begin.
"""

from alembic import op

revision = "0067"
down_revision = "0066"

COLUMN = "ALTER TABLE changes ADD COLUMN post bigint"
# As `changes_since`, with the post. It says that it brings few rows: what is joined to them is found by its index.
LOOK = """
    CREATE FUNCTION changes_and_posts_since(last text) RETURNS TABLE (
        snapshot text, epoch text, now double precision, seq bigint, by text, unit bigint, body text, post bigint
    ) LANGUAGE plpgsql STABLE ROWS 2
    SET enable_seqscan = off SET enable_bitmapscan = off SET jit = off SET plan_cache_mode = force_generic_plan AS $$
    DECLARE seen CONSTANT pg_snapshot := last;
    BEGIN
        RETURN QUERY SELECT pg_current_snapshot()::text, (SELECT e.epoch FROM changes_epoch e),
            extract(epoch FROM clock_timestamp())::double precision, c.seq, c.by, c.unit, c.body, c.post
            FROM (SELECT 1) AS one LEFT JOIN changes c
                ON c.xid >= pg_snapshot_xmin(seen) AND NOT pg_visible_in_snapshot(c.xid, seen)
            ORDER BY c.seq;
    END $$
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(COLUMN)
        op.execute(LOOK)
