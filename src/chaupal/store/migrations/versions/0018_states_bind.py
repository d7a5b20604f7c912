"""States bind in the database too: nothing is decided under an order that was not checked or is over, and none ends that binds."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0015"

# As `governance/stages.py` says; a test holds the two against each other.
DECIDING = "'in_review', 'clarifying', 'hearing'"
DECIDED = "'measure_proposed', 'measure_concurred', 'refusal_proposed', 'closing_proposed', 'in_force', 'unseconded', 'refused', 'closed'"
OUTSIDE = """
    COALESCE((
        SELECT e.state FROM order_events e JOIN targets t ON t.order_id = e.order_id
        WHERE t.id = NEW.target_id ORDER BY e.number DESC LIMIT 1
    ), 'received') NOT IN ({deciding})
"""
BINDS = """
    EXISTS (
        SELECT 1 FROM rulings r JOIN targets t ON t.id = r.target_id WHERE t.order_id = NEW.order_id AND r.lifted_at IS NULL
    )
"""
# name: (table, when, what must not be)
RULES = {
    "rulings_begin_by_the_orders_stage": ("rulings", "NEW.target_id IS NOT NULL", OUTSIDE),
    "cases_decided_by_the_orders_stage": ("case_events", "NEW.state IN ({decided})", OUTSIDE),
    "orders_end_when_nothing_binds": ("order_events", "NEW.state IN ('closed', 'returned')", BINDS),
}


def upgrade() -> None:
    for name, (table, when, wrong) in RULES.items():
        for line in _lines(op.get_bind().dialect.name, name, table, _filled(when), _filled(wrong)):
            op.execute(sa.text(line))


def _filled(text: str) -> str:
    return text.format(deciding=DECIDING, decided=DECIDED)


def _lines(dialect: str, name: str, table: str, when: str, wrong: str) -> list[str]:
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {name} BEFORE INSERT ON {table} WHEN {when} AND {wrong} "
            f"BEGIN SELECT RAISE(ABORT, '{name}'); END"
        ]
    body = f"BEGIN IF {when} AND {wrong} THEN RAISE EXCEPTION '{name}' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END"
    return [
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$",
        f"CREATE TRIGGER {name} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]
