"""The address of an authority goes where it is erased; who hears an appeal is asked of the order that confirmed another, too.

Triggers are made anew with every migration.
"""

revision = "0068"
down_revision = "0067"


def upgrade() -> None:
    pass
