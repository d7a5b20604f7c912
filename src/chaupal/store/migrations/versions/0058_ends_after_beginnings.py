"""A measure ends after it begins, and what an appeal shortened stays so: triggers are made anew with every migration."""

revision = "0058"
down_revision = "0057"


def upgrade() -> None:
    """The triggers alone."""
