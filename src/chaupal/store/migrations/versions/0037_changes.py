"""What each process must hear of others' commits stands in the database, where others may be at it: PostgreSQL.

UNLOGGED: whoever lost what was in flight (a crash, a standby that took over) has an empty table, and with it no epoch, by
which every process knows that what it last saw is no measure any more: numbers of transactions may be given again.
"""

from alembic import op

revision = "0037"
down_revision = "0036"

TABLES = (
    """
    CREATE UNLOGGED TABLE changes (
        seq bigint GENERATED ALWAYS AS IDENTITY,
        xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
        by text NOT NULL,
        unit bigint NOT NULL,
        body text NOT NULL
    ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
            autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 5000)
    """,
    "CREATE INDEX changes_by_xid ON changes (xid)",
    "CREATE UNLOGGED TABLE changes_epoch (only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one), epoch text NOT NULL)",
)
# A function, since it brings its own settings along: a plan that was made while the table was empty would walk through all of
# it when it is not. STABLE: it sees what its caller's statement sees.
LOOK = """
    CREATE FUNCTION changes_since(last text) RETURNS TABLE (
        snapshot text, epoch text, now double precision, seq bigint, by text, unit bigint, body text
    ) LANGUAGE plpgsql STABLE
    SET enable_seqscan = off SET enable_bitmapscan = off SET jit = off SET plan_cache_mode = force_generic_plan AS $$
    DECLARE seen CONSTANT pg_snapshot := last;
    BEGIN
        RETURN QUERY SELECT pg_current_snapshot()::text, (SELECT e.epoch FROM changes_epoch e),
            extract(epoch FROM clock_timestamp())::double precision, c.seq, c.by, c.unit, c.body
            FROM (SELECT 1) AS one LEFT JOIN changes c
                ON c.xid >= pg_snapshot_xmin(seen) AND NOT pg_visible_in_snapshot(c.xid, seen)
            ORDER BY c.seq;
    END $$
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for text in (*TABLES, LOOK):
            op.execute(text)
