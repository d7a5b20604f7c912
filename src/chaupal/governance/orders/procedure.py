"""The procedure of an order as a machine, beside the cases of its targets: it checks itself when it is loaded."""

from collections.abc import Iterable

from chaupal.governance.cases.machine import Machine

# The table stands in the verifier, which judges logs by it.
from chaupal_audit.law.procedure import (
    BEGUN,
    DECIDING,
    FINAL,
    LIVE,
    LOGGED,
    OVER,
    SOME,
    STEPS,
    WHOLE,
    WORKED_ON,
    Stage,
    Step,
)

__all__ = [
    "BEGUN", "BY_DECISION", "CARRIED", "DECIDING", "FINAL", "LIVE", "LOGGED", "MACHINE", "OVER", "SOME", "STEPS", "WHOLE", "WORKED_ON",
    "Stage", "Step", "logged", "standing",
]  # fmt: skip

MACHINE = Machine("This order", "order_stands_elsewhere", STEPS, Stage.NEW, FINAL)
# Verbs that move the cases of its targets along.
CARRIED = ("withdraw", "set_aside", "stay", "end_stay", "confirm", "close")
BY_DECISION = frozenset({"extend", "renew", "amend"})


def standing(states: Iterable[str]) -> Stage:
    """Where an order stands after its events. Those of the first version have none: they were received."""
    return MACHINE.fold(states) if (states := tuple(states)) else Stage.RECEIVED


def logged(verb: str) -> str:
    """What the public log calls a verb, whether it is about all of the order or about some of it."""
    return LOGGED[WHOLE.get(verb, verb)]
