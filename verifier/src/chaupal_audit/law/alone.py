"""What one person may do without a second, alone or in an emergency: for how long, and how often. No rules of a server say otherwise."""

from typing import Final

from chaupal_audit.clock import DAY

# At most this long; and as long again before the same person may do anything to the same thing alone: never more than half of the time.
LONGEST_ALONE: Final = 30 * DAY
ALONE_APART: Final = 30 * DAY
# What one person did in an emergency is over after this, unless a second agrees.
EMERGENCY_LASTS: Final = DAY
