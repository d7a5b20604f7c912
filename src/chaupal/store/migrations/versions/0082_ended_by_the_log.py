"""A case that ended by what came back from a copy of the log is over: triggers are made anew with every migration."""

revision = "0082"
down_revision = "0081"


def upgrade() -> None:
    """The triggers alone."""
