"""What one person may do without a second, alone or in an emergency: for how long, and how often. No rules of a server say otherwise."""

from typing import Final

from chaupal_audit.clock import DAY

# At most this long; and as long again before the same person may do anything to the same thing alone: never more than half of the time.
LONGEST_ALONE: Final = 30 * DAY
ALONE_APART: Final = 30 * DAY
# What one person did in an emergency is over after this, unless a second agrees.
EMERGENCY_LASTS: Final = DAY
# A net is small up to here (IP version -> lengths of its prefix): 256 addresses, or what one site is given. Whom a larger one shuts out
# nobody can count, and it is for good, or for longer than LONGEST_ALONE, by two.
SMALL_NETS: Final = {4: range(24, 33), 6: range(48, 129)}
_SMALL: Final = {f"ipv{version}/{length}" for version, lengths in SMALL_NETS.items() for length in lengths}


def shuts_many_out(net: str, severity: str) -> bool:
    """Whether a block of a net of this size (`ipv4/16`) shuts many out, as does one of no size that is known; nothing: it is of no net.
    To be asked first shuts nobody out.
    """
    return bool(net) and net not in _SMALL and severity != "sign_up_requires_approval"
