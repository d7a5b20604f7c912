"""The laws as a table, for `chaupal law list` and for docs/regimes.md, so that the paper says what the files say."""

from chaupal.governance.regimes.loading import Regimes
from chaupal_audit.law.regime import Regime

HEAD = ("law", "in force", "what it is", "clocks", "it may at most", "ends or is looked at")


def drawn(regimes: Regimes) -> str:
    """Markdown: one row for each version of each law."""
    rows = [HEAD, tuple("---" for _ in HEAD), *(_row(regime) for regime in regimes.all())]
    return "\n".join(f"|{'|'.join(f' {cell} ' if cell != '---' else cell for cell in row)}|" for row in rows)


def _row(regime: Regime) -> tuple[str, ...]:
    clocks = ", ".join(f"{name} {span}" for name, span in regime.clocks.items())
    return (
        f"`{regime.ref}`",
        _dates(regime),
        regime.title.en.replace("|", "/"),
        clocks,
        str(regime.measures_allowed[-1]),
        ", ".join(_ends(regime)),
    )


def _dates(regime: Regime) -> str:
    begins, ends = regime.effective_from, regime.effective_to
    if begins is None and ends is None:
        return "always"
    return " ".join(filter(None, (f"from {begins}" if begins else "", f"to {ends}" if ends else "")))


def _ends(regime: Regime) -> list[str]:
    ends = [f"ends {regime.max_duration}"] if regime.max_duration else []
    return ends + ([f"every {regime.review_every}"] if regime.review_every else [])
