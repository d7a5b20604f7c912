"""The regimes of the house: those it ships and those of the operator's directory, read, checked, found by date, and drawn as a table."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final, final

from chaupal.governance.regimes.checks import faults_of
from chaupal.kernel.clock import iso_day
from chaupal.kernel.errors import Invalid, NotFound
from chaupal_audit.errors import Faults
from chaupal_audit.law.dates import in_force, in_order
from chaupal_audit.law.reading import read_all
from chaupal_audit.law.regime import Regime

SHIPPED: Final = Path(__file__).with_name("files")


@final
class Regimes:
    """Every version of every law that this house knows. It does not change while the server runs."""

    __slots__ = ("_by_ref", "_versions")

    def __init__(self, regimes: Iterable[Regime]) -> None:
        inside = sorted(regimes, key=lambda regime: (regime.id, regime.version))
        self._by_ref: Mapping[str, Regime] = MappingProxyType({regime.ref: regime for regime in inside})
        versions: dict[str, tuple[Regime, ...]] = {}
        for regime in inside:
            versions[regime.id] = (*versions.get(regime.id, ()), regime)
        self._versions: Mapping[str, tuple[Regime, ...]] = MappingProxyType(versions)

    def current(self, id: str, at: int) -> Regime:
        """The version of a law in force at `at` (ms since 1970 UTC). NotFound for none of this id, Invalid for a gap."""
        versions = self._versions_of(id)
        found = next((regime for regime in versions if in_force(regime, at)), None)
        if found is None:
            raise Invalid("no_law_then", law=id, day=iso_day(at))
        return found

    def version(self, id: str, version: int) -> Regime:
        """A version by its number, in force or not: an act keeps the one under which it was done. Raises NotFound."""
        return self.cited(f"{id}@{version}")

    def cited(self, ref: str) -> Regime:
        """The version that `IN-79-3B@3` means. Raises NotFound."""
        if ref not in self._by_ref:
            raise NotFound("no_such_law", law=ref)
        return self._by_ref[ref]

    def in_force(self, at: int) -> tuple[Regime, ...]:
        """One version of each law that is in force at `at`, by id."""
        return tuple(regime for regime in self._by_ref.values() if in_force(regime, at))

    def all(self) -> tuple[Regime, ...]:
        """Every version, by id and number."""
        return tuple(self._by_ref.values())

    def _versions_of(self, id: str) -> tuple[Regime, ...]:
        if id not in self._versions:
            raise NotFound("no_such_law", law=id)
        return self._versions[id]


def load_regimes(override_dir: Path | None = None) -> Regimes:
    """The shipped regimes and the operator's: a file of theirs with the id and version of one of ours stands in its place.

    Raises BadLaw with every fault of every file.
    """
    faults = Faults()
    ours = read_all(SHIPPED, Regime, lambda regime: regime.ref, faults)
    theirs = {} if override_dir is None else read_all(override_dir, Regime, lambda regime: regime.ref, faults)
    regimes = list((ours | theirs).values())
    for regime in regimes:
        for field, about in faults_of(regime):
            faults.add(regime.file, field, about)
    ids = dict.fromkeys(regime.id for regime in regimes)
    ordered = [one for id in ids for one in in_order([regime for regime in regimes if regime.id == id], faults)]
    faults.check()
    return Regimes(ordered)


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
