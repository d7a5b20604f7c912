"""What the court needs to do its work; every act of it is a function that takes this first. And what the log calls whoever acted:
members of staff by a name that tells nobody who they are, and what is nobody by what it is.
"""

import hmac

import msgspec

from chaupal.governance.laws.house_rules import HouseRules
from chaupal.governance.log.keys import Keys
from chaupal.governance.regimes import Regimes
from chaupal.governance.report.keeper import Keeper
from chaupal.kernel.clock import Clock
from chaupal.kernel.ids import MakeId
from chaupal.kernel.settings import Settings
from chaupal.store.machine.work import Work


class Court(msgspec.Struct, frozen=True):
    """The store, the clock, the keys of the log, the laws it judges by, and the house's own rules."""

    settings: Settings
    work: Work
    clock: Clock
    make_id: MakeId
    keys: Keys
    regimes: Regimes
    rules: HouseRules
    keeper: Keeper = msgspec.field(default_factory=Keeper)  # of the report


CLOCK = 0  # who acts when time does
MACHINE = "machine"  # somebody with a shell on the server, who need not be anybody here
AT_THE_MACHINE = -1  # the same, where an event or a ruling's end notes an account
NAMELESS = {CLOCK: "clock", AT_THE_MACHINE: MACHINE}


def pseudonym(court: Court, account: int) -> str:
    """A name for a member of staff: always the same for the same person, and telling nobody who that is."""
    if account in NAMELESS:
        return NAMELESS[account]
    return "staff-" + hmac.digest(court.keys.pseudonyms, str(account).encode(), "sha256").hex()[:12]
