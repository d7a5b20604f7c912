"""What is known of an authority, and who may file for it, cannot be rewritten: triggers are made anew with every migration."""

revision = "0064"
down_revision = "0063"


def upgrade() -> None:
    """The triggers alone."""
