"""Draw docs/moves.md: what can be done with an order and with a case, from where, and by whom."""

from pathlib import Path

from chaupal.governance.cases import lifecycle
from chaupal.governance.cases.machine import DRAWN_FROM, Machine
from chaupal.governance.orders import procedure
from chaupal_audit.law.roles import MAY, Role

PAPER = Path(__file__).resolve().parent.parent / "docs" / "moves.md"

HEAD = f"""# Moves of orders and cases

Drawn by `make map` from the tables that the server obeys; [governance.md](governance.md) says what they are about.
The diagrams leave out what leads on from more than {DRAWN_FROM} states. Every move writes an entry of the
log, and no person makes one about what is their own. *Needs*: fields of the act, `ruling` a row in force. *Guards*: what else is asked
of whoever acts, beside the role (`governance/cases/guards.py`).
"""
OF_ALL = frozenset({"leaf", "not_own"})


def _machine(title: str, machine: Machine) -> str:
    return f"## {title}\n\n```mermaid\n{machine.diagram()}\n```\n\n{machine.drawn(OF_ALL)}\n"


def _roles() -> str:
    rows = (f"| {word} | {', '.join(role for role in Role if role in roles)} |" for word, roles in MAY.items())
    return "\n".join(("## Who may", "", "| may | roles |", "|---|---|", *rows, ""))


def draw() -> str:
    """The whole page."""
    stage = f"## Which stage of an order allows which move of its cases\n\n{procedure.drawn()}\n"
    return (
        "\n".join(
            (
                HEAD,
                _machine("The order", procedure.MACHINE),
                _machine("The case of each target", lifecycle.MACHINE),
                stage,
            )
        )
        + f"\n{_roles()}"
    )


if __name__ == "__main__":
    PAPER.write_text(draw(), encoding="utf-8")
