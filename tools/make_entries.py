"""The table of docs/log-entries.md: every field of every entry, drawn from the types by which entries are written and read."""

import ast
import inspect
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from chaupal_audit.log import entries

WORDS: dict[Any, str] = {str: "text", int: "number", bool: "true or false"}


def drawn() -> str:
    """All types, one after the other."""
    return "\n".join(_row_of(kind) for kind in entries.ALL)


def _row_of(kind: type[entries.Public]) -> str:
    says = " ".join((kind.__doc__ or "").split())
    about = [f"`ref`: {kind.REF}." if kind.REF else "", f"`prev`: {kind.PREV}." if kind.PREV else ""]
    lines = [f"### {', '.join(kind.TYPES)}", "", says, "", " ".join(word for word in about if word) or "No `ref`.", ""]
    if kind.__struct_fields__:
        lines += ["| public field | type | says |", "|---|---|---|"]
        said, hints = comments(kind), get_type_hints(kind)
        for field in msgspec.structs.fields(kind):
            lines.append(f"| `{field.encode_name}` | {_type(hints[field.name])} | {said[field.name]} |")
        lines.append("")
    if kind.SEALED:
        lines += ["| only committed to | opened beside the log | says |", "|---|---|---|"]
        lines += [
            f"| `{name}` | {'yes' if name in kind.BESIDE else 'no'} | {what} |" for name, what in kind.SEALED.items()
        ]
        lines.append("")
    return "\n".join(lines)


def _type(hint: Any) -> str:
    args = [arg for arg in get_args(hint) if arg not in (type(None), ...)]
    if type(None) in get_args(hint):
        return f"{_type(args[0])} or null"
    if get_origin(hint) is tuple:
        return f"list of {_type(args[0])}s"
    if get_origin(hint) is dict:
        return f"{_type(args[0])} to {_type(args[1])}"
    return WORDS[hint]


def comments(kind: type[entries.Public]) -> dict[str, str]:
    """Field -> its comment: behind it, or in the lines above it. Raises KeyError later for a field without one."""
    lines = inspect.getsource(kind).splitlines()
    tree = ast.parse("\n".join(lines)).body[0]
    found: dict[str, str] = {}
    for node in tree.body if isinstance(tree, ast.ClassDef) else ():
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found[node.target.id] = _behind(lines[node.lineno - 1]) or _above(lines, node.lineno - 1)
    return {name: text for name, text in found.items() if text}


def _behind(line: str) -> str:
    return line.partition("  # ")[2].strip()


def _above(lines: list[str], at: int) -> str:
    said: list[str] = []
    while lines[at - 1].strip().startswith("# "):
        at -= 1
        said.insert(0, lines[at].strip()[2:])
    return " ".join(said)
