"""A story told as log entries (docs/log-entries.md), for tests of the report: each act gives the index of its entry."""

from typing import Any

from chaupal_audit import tlog
from chaupal_audit.errors import Unsound
from chaupal_audit.fold.fold import Fold, fold

FIRST = "2021-02-01T10:00Z"


class ToldLog:
    """Entries in order. `at` is the time of what comes next; every act may say another."""

    def __init__(self, at: str = FIRST) -> None:
        self.at = at
        self.entries: list[bytes] = []
        self.begun: dict[str, int] = {}
        self.beside: dict[int, list[str]] = {}  # what is read beside the log, by index

    def __len__(self) -> int:
        return len(self.entries)

    def says(
        self,
        t: str,
        ref: str,
        public: dict[str, Any],
        *,
        at: str = "",
        regime: str | None = None,
        prev: int | None = None,
    ) -> int:
        """Any entry."""
        said = {name: value for name, value in public.items() if value is not None}
        leaf = tlog.leaf(t, ref, at or self.at, said, regime, prev)
        self.entries.append(leaf.entry)
        return len(self.entries) - 1

    def order(
        self,
        ref: str,
        targets: dict[str, int] | None = None,
        *,
        at: str = "",
        regime: str | None = "IN-69A@1",
        **public: Any,
    ) -> int:
        said = {
            "kind": "order", "authority": "Ministry", "class": "government", "jurisdiction": "IN", "channel": "staff", "rank": "JS",
            "reference": "69A/1", "law": "IT Act, s. 69A", "bases": ["public_order"], "territory": ["IN"],
            "dated": "2021-01-31", "received": at or self.at, "act_by": None, "interim_until": None, "ends": None,
            "emergency": False, "secrecy": "none", "targets": {"account": 1} if targets is None else targets, "document": None,
            "signature": "valid", "origin": "verified", "by": "staff-1",
        }  # fmt: skip
        self.begun[ref] = self.says("order", ref, said | public, at=at, regime=regime)
        return self.begun[ref]

    def step(self, ref: str, step: str, *, at: str = "", **public: Any) -> int:
        said = {"step": step, "codes": [], "at": at or self.at, "by": "staff-1"}
        return self.says("step", ref, said | public, at=at, prev=self.begun.get(ref))

    def refuse(
        self,
        ref: str,
        target: int,
        ground: str = "protected_expression",
        *,
        kind: str = "account",
        at: str = "",
        **public: Any,
    ) -> int:
        said = {"target": target, "kind": kind, "step": "refused", "ground": ground, "by": "a", "second": "b"}
        return self.says("decision", ref, said | public, at=at)

    def close(self, ref: str, target: int, outcome: str, *, kind: str = "account", at: str = "") -> int:
        said = {"target": target, "kind": kind, "step": "closed", "outcome": outcome, "by": "a", "second": "b"}
        return self.says("decision", ref, said, at=at)

    def measure(
        self,
        ref: str,
        target: int = 1,
        measure: str = "withhold_account",
        *,
        kind: str = "account",
        at: str = "",
        prev: int | None = None,
        **public: Any,
    ) -> int:
        said = {
            "target": target, "kind": kind, "measure": measure, "outcome": "complied_full", "demanded": measure, "territory": ["IN"],
            "basis": "legal_order", "authority": "Ministry", "jurisdiction": "IN", "law": "IT Act, s. 69A", "rule": None,
            "source": None, "language": "hi", "opens": [], "from": at or self.at, "until": None, "review": None,
            "permanent": False, "break_glass": False, "by": "a", "second": "b",
        }  # fmt: skip
        return self.says("deamp" if measure == "deamplify" else "measure", ref, said | public, at=at, prev=prev)

    def sanction(
        self,
        ref: str,
        measure: str = "suspend",
        *,
        rule: str = "2@1",
        source: str = "user_report",
        at: str = "",
        **public: Any,
    ) -> int:
        """A case of the house's own, and its measure."""
        own: dict[str, Any] = {
            "kind": "own_rules",
            "authority": None,
            "class": "house",
            "jurisdiction": None,
            "source": source,
            "rule": rule,
        }
        self.order(ref, at=at, regime="OWN-RULES@1", **own)
        said: dict[str, Any] = {
            "basis": "own_rules",
            "jurisdiction": None,
            "authority": None,
            "law": None,
            "rule": rule,
            "source": source,
        }
        return self.measure(
            ref, 1, measure, at=at, **({"outcome": "own_rules_action", "territory": ["XX"]} | said | public)
        )

    def reverse(self, prev: int, step: str = "lifted", *, ref: str = "", at: str = "", **public: Any) -> int:
        said = {"target": 1, "kind": "account", "measure": "", "step": step, "at": at or self.at, "by": "a"}
        return self.says("reversal", ref, said | public, at=at, prev=prev)

    def notice(self, prev: int, step: str = "sent", about: str = "begun", *, at: str = "", **public: Any) -> int:
        said = {"about": about, "step": step, "ways": ["app"], "language": "hi", "until": None, "gag": None}
        return self.says("notice", "", said | public, at=at, prev=prev)

    def appeal(self, prev: int, step: str = "filed", *, ref: str = "", at: str = "", **public: Any) -> int:
        said = {"step": step, "language": "hi", "at": at or self.at, "by": "a"}
        return self.says("appeal", ref, said | public, at=at, prev=prev)

    def report(self, ref: str, step: str = "received", *, at: str = "", **public: Any) -> int:
        said = {
            "step": step,
            "category": "violation",
            "regime": "IN-GRIEVANCE@1",
            "language": "hi",
            "at": at or self.at,
        }
        return self.says("report", ref, said | public, at=at)

    def until(self, at: str) -> None:
        """Nothing happens until then, but for one entry that nobody counts."""
        self.at = at
        self.says("policy", "house-rules", {"version": "1", "sha256": "0" * 64})

    @property
    def fold(self) -> Fold:
        return fold((index, entry, self.beside.get(index, ())) for index, entry in enumerate(self.entries))


def table(story: ToldLog, id_: str, **asked: str) -> list[dict[str, Any]]:
    """The rows of a table as dictionaries, with the total as the last where there is one; `from_`, `to`, `country` …"""
    from chaupal_audit.report import report
    from chaupal_audit.report.filters import View, parse_filters

    made = report.TABLES[id_].make(View(story.fold.facts, parse_filters({k.rstrip("_"): v for k, v in asked.items()})))
    names = [column.name for column in made.columns]
    rows = [*made.rows, *([made.total] if made.total else [])]
    return [{n: getattr(v, "text", v) for n, v in zip(names, row, strict=True)} for row in rows]


def complaints(**asked: str) -> dict[str, str]:
    """What is wrong with these filters."""
    from chaupal_audit.report.filters import parse_filters

    try:
        parse_filters({k.rstrip("_"): v for k, v in asked.items()})
    except Unsound as wrong:
        return wrong.details
    return {}
