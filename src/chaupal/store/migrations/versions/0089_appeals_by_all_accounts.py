"""Nobody hears their own appeal, nor answers in it, by another account of theirs: triggers are made anew with every migration."""

revision = "0089"
down_revision = "0088"


def upgrade() -> None:
    """The triggers alone."""
