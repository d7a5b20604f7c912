"""What the log calls whoever acted: members of staff by a name that tells nobody who they are, and what is nobody by what it is."""

import hmac

from chaupal.governance.context import Court

CLOCK = 0  # who acts when time does
MACHINE = "machine"  # somebody with a shell on the server, who need not be anybody here
AT_THE_MACHINE = -1  # the same, where an event or a ruling's end notes an account
NAMELESS = {CLOCK: "clock", AT_THE_MACHINE: MACHINE}


def pseudonym(court: Court, account: int) -> str:
    """A name for a member of staff: always the same for the same person, and telling nobody who that is."""
    if account in NAMELESS:
        return NAMELESS[account]
    return "staff-" + hmac.digest(court.keys.pseudonyms, str(account).encode(), "sha256").hex()[:12]
