"""A page that shows a refused form again, with what was typed and what is wrong beside each field.

Pages draw their own forms again. This stands in where they cannot: what came could not even be read as the form's fields, or
the deed has no page of its own.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import regex

from chaupal.http.call import Call
from chaupal.kernel.errors import Invalid, Problem
from chaupal.web import links
from chaupal.web.words import N_, by_field, sentence, words

PLUMBING = frozenset({"csrf", "next", "key"})
SECRETS = frozenset({"password", "old", "new", "secret", "code", "credential"})  # never sent back
MOST_FIELDS = 60
LONG = 60  # letters from which on a field is high

# What a field is called, by its name in the form. What is not here is called as it is there.
LABELS: dict[str, str] = {
    "text": N_("Text"), "spoiler": N_("Content warning"), "name": N_("Name"), "title": N_("Title"), "note": N_("Note"),
    "reason": N_("Reason"), "reasons": N_("Reason"), "email": N_("Email address"), "handle": N_("Username"), "password": N_("Password"),
    "language": N_("Language"), "visibility": N_("Who can see this"), "at": N_("Day and time"), "until": N_("Day and time"),
    "ends_at": N_("Day and time"), "options": N_("Poll"), "description": N_("Image description"), "comment": N_("Comment"), "to": N_("To"),
    "poll_for": N_("Open for"), "quote_policy": N_("Who may quote it"), "kind": N_("What it is"), "legal_basis": N_("Under which law"),
    "grounds": N_("What happened, and why this follows"), "rule": N_("Which rule it breaks"), "outcome": N_("What to do"),
    "role": N_("Role"), "body": N_("Text"), "answer": N_("Answer"), "purpose": N_("What for"), "targets": N_("Targets"),
    "keywords": N_("Words"), "code": N_("Code"),
}  # fmt: skip

_TOKEN = regex.compile(r"[a-z0-9_:./@-]{0,60}")


class FieldTyped(msgspec.Struct, frozen=True):
    """A field as it came back. `shown`: to be mended by hand; else it goes along unseen. `secret`: to be typed anew."""

    name: str
    label: str
    value: str
    error: str = ""
    shown: bool = True
    secret: bool = False
    high: bool = False


def fields(call: Call[Any], problem: Problem) -> list[FieldTyped]:
    """What was typed, each with what is wrong with it. Nothing where no form was sent, or nothing of it can be mended."""
    if not call.sent:
        return []
    said = words(call.viewer.language)
    wrong = by_field(problem, call.viewer.language)
    about = frozenset(wrong)
    taken = {field.encode_name for field in msgspec.structs.fields(call.route.takes)}
    found = [
        FieldTyped(
            name,
            said.gettext(LABELS.get(base, base)),
            "" if base in SECRETS else value.replace("\0", "\ufffd"),
            wrong.pop(base, ""),
            shown=base in about
            or base in SECRETS
            or (base == "text" and bool(value))
            or _TOKEN.fullmatch(value) is None,
            secret=base in SECRETS,
            high=len(value) > LONG or "\n" in value,
        )
        for name, base, value in _flat(call.sent)
        if base in taken and base not in PLUMBING
    ]
    found += [
        FieldTyped(name, said.gettext(LABELS.get(name, name)), "", text)
        for name, text in wrong.items()
        if name in taken
    ]
    first = next((at for at, field in enumerate(found) if field.shown), None)
    if first is None:
        return []
    # About the form as a whole, or about what has another name in it.
    if isinstance(problem, Invalid) and not any(field.error for field in found):
        found[first] = msgspec.structs.replace(found[first], error=sentence(problem, call.viewer.language))
    return found[:MOST_FIELDS]


def back(call: Call[Any]) -> str:
    """Where the form wants to lead to."""
    return links.back(str(call.sent.get("next", "/")))


def _flat(sent: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, str, str]]:
    """Names as forms write them, the field each belongs to, and its text."""
    for key, value in sent.items():
        name = f"{within}[{key}]" if within else key
        if isinstance(value, str):
            yield name, name.partition("[")[0], value
        elif isinstance(value, list):
            for one in value:  # pyright: ignore[reportUnknownVariableType] - what came
                if isinstance(one, str):
                    yield f"{name}[]", name.partition("[")[0], one
        elif isinstance(value, Mapping):
            yield from _flat(value, name)  # pyright: ignore[reportUnknownArgumentType]
