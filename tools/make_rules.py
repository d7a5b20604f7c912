"""docs/rule-of-law.md: the rules of the audit, drawn from the table by which it judges."""

from pathlib import Path

from chaupal_audit.rule_of_law.table import drawn

PAPER = Path(__file__).resolve().parent.parent / "docs" / "rule-of-law.md"
BEGIN, END = "<!-- drawn from chaupal_audit/rule_of_law/table.py: `make map` -->", "<!-- end -->"


def with_table(paper: str) -> str:
    """The paper with what is drawn in its place."""
    before, _, rest = paper.partition(BEGIN)
    return f"{before}{BEGIN}\n\n{drawn()}\n\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAPER.write_text(with_table(PAPER.read_text(encoding="utf-8")), encoding="utf-8")
