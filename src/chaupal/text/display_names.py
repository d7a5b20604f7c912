"""Display names: put in order quietly, as long as they may be."""

from chaupal.text.clean import CLUSTER, mended_line, trimmed

MAX_NAME = 30
_NAME_POINTS = 1_000  # read no further into a name; thirty clusters end long before


def clean_name(text: str) -> str:
    """A display name: one line, at most thirty clusters, nothing invisible, no towers of marks. May come out empty."""
    return trimmed("".join(CLUSTER.findall(mended_line(text[:_NAME_POINTS]))[:MAX_NAME]))
