"""A case that ended by what came back from a copy of the log is over: triggers are made anew with every migration."""

revision = "0084"
down_revision = "0083"


def upgrade() -> None:
    """The triggers alone."""
