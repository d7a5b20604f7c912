"""A house does not open where a law that its orders cite is gone: such orders could be neither decided nor lifted."""

import msgspec
import pytest

from chaupal.governance.context import Court
from chaupal.governance.laws import laws
from chaupal.governance.regimes import Regimes
from chaupal.kernel.errors import Problem
from court import Bench


def without(bench: Bench, gone: str) -> Court:
    laws_left = Regimes(regime for regime in bench.court.regimes.all() if regime.id != gone)
    return msgspec.structs.replace(bench.court, regimes=laws_left)


async def test_every_law_that_an_order_cites_must_be_there(bench: Bench):
    await bench.order()
    await laws.check_cited(bench.court)
    await laws.check_cited(without(bench, "IN-COURT"))
    with pytest.raises(Problem, match="IN-69A@1"):
        await laws.check_cited(without(bench, "IN-69A"))
