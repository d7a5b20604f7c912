"""The first tables."""

from alembic import op

from chaupal.store.finding import DDL_POSTGRES, DDL_SQLITE
from chaupal.store.tables import meta

revision = "0001"
down_revision = None

SEARCH = {"sqlite": DDL_SQLITE, "postgresql": DDL_POSTGRES}


def upgrade() -> None:
    bind = op.get_bind()
    meta.create_all(bind)
    for line in SEARCH[bind.dialect.name]:
        op.execute(line)
