"""Problems in the viewer's language: what the rooms below say by code, in the words of the catalogue."""

from chaupal.kernel.errors import Problem, coded
from chaupal.kernel.faults import FAULTS, Wrong
from chaupal.web.words import N_, words

ELSE = N_("This cannot be taken as it is.")


def told(wrong: Wrong, language: str) -> str:
    """What is wrong with one thing; what was typed stays before what is about it."""
    said = words(language)
    values = {name: said.number(value) if isinstance(value, int) else value for name, value in wrong.values.items()}
    text = said.gettext(FAULTS[wrong.code].page) % values
    return f"{wrong.typed}: {text}" if wrong.typed else text


def sentence(problem: Problem, language: str) -> str:
    """What went wrong, as one sentence."""
    problem = coded(problem)
    if problem.code:
        return told(Wrong(problem.code, problem.values), language)
    exact = words(language).gettext(problem.message)
    return exact if exact != problem.message or language == "en" else words(language).gettext(ELSE)


def errors(problem: Problem, language: str) -> dict[str, str]:
    """What is wrong by field. Where it is about none: the sentence under `form`."""
    found = {field: "\n".join(told(one, language) for one in some) for field, some in coded(problem).wrong.items()}
    return found or {"form": sentence(problem, language)}


def in_words(problem: Problem, language: str) -> tuple[str, dict[str, str]]:
    """The sentence, and what is wrong by field: for programs that ask for a language."""
    return sentence(problem, language), errors(problem, language)
