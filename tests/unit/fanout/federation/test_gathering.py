"""What is asked of other servers: each event that asks has what carries it out."""

from chaupal.fanout.federation.gathering import GATHERED
from chaupal.federation.events import GATHERING


def test_whatever_is_to_be_gathered_has_what_gathers_it():
    assert set(GATHERED) == set(GATHERING)
