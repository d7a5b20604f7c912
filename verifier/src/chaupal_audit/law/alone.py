"""What one person may do without a second, alone or in an emergency: for how long, and how often. No rules of a server say otherwise."""

from typing import Final

from chaupal_audit.clock import DAY

# At most this long; and as long again before the same person may do anything to the same thing alone: never more than half of the time.
LONGEST_ALONE: Final = 30 * DAY
ALONE_APART: Final = 30 * DAY
# What one person did in an emergency is over after this, unless a second agrees.
EMERGENCY_LASTS: Final = DAY
# A net is large from here on (IP version -> length of its prefix): more than 256 addresses, or than one site is given. Whom that shuts
# out nobody can count, and it is for good, or for longer than LONGEST_ALONE, by two.
LARGE_NETS: Final = {4: range(8, 24), 6: range(19, 48)}
SHUTS_OUT: Final = ("no_access", "sign_up_block")
NET_SHOWN: Final = {f"ipv{version}/{length}" for version, lengths in LARGE_NETS.items() for length in lengths}


def shuts_many_out(net: str, severity: str) -> bool:
    """Whether a block of a net of this size (`ipv4/16`) shuts many out; to be asked first shuts nobody out."""
    return net in NET_SHOWN and severity in SHUTS_OUT
