"""Who of the staff sent somebody another invitation to the portal; authorities stay: triggers are made anew with every migration."""

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"

FILLS = "an older server invites again without saying who, as before"


def upgrade() -> None:
    op.add_column("authority_users", sa.Column("invited_again_by", sa.Text(), nullable=False, server_default=""))
