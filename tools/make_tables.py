"""Tables within papers that are written by hand: entries of the log, the rules of the audit, tables of the report, decisions."""

import re
from collections.abc import Callable
from pathlib import Path

import make_entries
from chaupal_audit.report.report import TABLES
from chaupal_audit.rule_of_law.table import drawn as rules

DOCS = Path(__file__).resolve().parent.parent / "docs"
END = "<!-- end -->"


def tables() -> str:
    """The report's tables: what each says, and by what."""
    rows = ["| table | says | by |", "|---|---|---|"]
    for table in TABLES.values():
        by = ", ".join(key.title for key in table.keys) or "·"
        rows.append(f"| {table.id} | {table.title} | {by} |")
    return "\n".join(rows)


def decisions() -> str:
    """Each decision by its title, and what has overtaken it, as its head says."""
    rows = ["| decision | overtaken by |", "|---|---|"]
    for path in sorted((DOCS / "decisions").glob("0*.md")):
        title, _, rest = path.read_text(encoding="utf-8").removeprefix("# ").partition("\n")
        number, _, name = title.partition(". ")
        head = next((line for line in rest.splitlines() if line.startswith("Overtaken")), "")
        by = ", ".join(re.findall(r"\[decision (\d+)\]", head)) + (" in part" if "in part" in head else "")
        rows.append(f"| {number}. [{name}]({path.name}) | {by} |")
    return "\n".join(rows)


# Paper -> the line above its table, and what draws it.
PAPERS: dict[str, tuple[str, Callable[[], str]]] = {
    "log-entries.md": ("<!-- drawn from chaupal_audit/log/entries.py: `make map` -->", make_entries.drawn),
    "rule-of-law.md": ("<!-- drawn from chaupal_audit/rule_of_law/table.py: `make map` -->", rules),
    "report.md": ("<!-- drawn from chaupal_audit/report/report.py: `make map` -->", tables),
    "decisions/README.md": ("<!-- drawn from the decisions' heads: `make map` -->", decisions),
}


def with_table(name: str, paper: str) -> str:
    """The paper with what is drawn in its place."""
    begin, drawn = PAPERS[name]
    before, _, rest = paper.partition(begin)
    return f"{before}{begin}\n\n{drawn().rstrip()}\n\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    for name in PAPERS:
        path = DOCS / name
        path.write_text(with_table(name, path.read_text(encoding="utf-8")), encoding="utf-8")
