"""An appeal is filed by whoever is limited, and decided by somebody who may: triggers are made anew with every migration."""

revision = "0070"
down_revision = "0069"


def upgrade() -> None:
    """The triggers alone."""
