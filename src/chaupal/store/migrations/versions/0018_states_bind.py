"""Held a place for what states forbid: those rules are triggers (`store/machine/triggers.py`), made anew whenever a store is migrated."""

revision = "0018"
down_revision = "0015"


def upgrade() -> None:
    """Nothing but the triggers, which stand after every migration."""
