"""Staff, and whom the law protects, are so by whichever account of theirs: triggers are made anew with every migration."""

revision = "0092"
down_revision = "0091"


def upgrade() -> None:
    """The triggers alone."""
