"""What the court needs to do its work; every act of it is a function that takes this first."""

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
