"""Problems in the viewer's language: what the rooms below say by code, in the words of the catalogue."""

from typing import Any

from chaupal.http.call import Call
from chaupal.kernel.errors import Problem, coded
from chaupal.kernel.faults import FAULTS, Wrong
from chaupal.web.words import N_, words

ELSE = N_("This cannot be taken as it is.")


def translated(call: Call[Any], text: str) -> str:
    """A text marked with N_, in the viewer's language."""
    return words(call.viewer.language).gettext(text)


def fault_text(wrong: Wrong, language: str) -> str:
    """What is wrong with one thing; what was typed stays before what is about it."""
    its = words(language)
    values = {name: its.number(value) if isinstance(value, int) else value for name, value in wrong.values.items()}
    text = its.gettext(FAULTS[wrong.code].page) % values
    return f"{wrong.typed}: {text}" if wrong.typed else text


def sentence(problem: Problem, language: str) -> str:
    """What went wrong, as one sentence."""
    known = coded(problem)
    return fault_text(Wrong(known.code, known.values), language)


def by_field(problem: Problem, language: str) -> dict[str, str]:
    """What is wrong by field; nothing where it is about none."""
    found = coded(problem).wrong
    return {field: "\n".join(fault_text(one, language) for one in some) for field, some in found.items()}


def errors(problem: Problem, language: str) -> dict[str, str]:
    """The same for a form; where it is about no field: the sentence under `form`."""
    return by_field(problem, language) or {"form": sentence(problem, language)}


def in_words(problem: Problem, language: str) -> tuple[str, dict[str, str]]:
    """The sentence, and what is wrong by field: for programs that ask for a language."""
    return sentence(problem, language), by_field(problem, language)
