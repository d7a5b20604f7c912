"""Problems in the viewer's language: what the rooms below say in English, for the fields of forms."""

from collections.abc import Mapping

import regex

from chaupal.kernel.errors import Invalid, Problem
from chaupal.kernel.faults import FAULTS
from chaupal.web.words import N_, words

# Fragments of messages -> what a person is told. The first that occurs in the message decides.
HEARD: tuple[tuple[str, str], ...] = (
    ("cannot be quoted", N_("The author of this post does not let you quote it.")),
    ("finished processing", N_("A video or sound is not ready yet. Try again in a moment.")),
    ("currently used by a status", N_("This picture is in a post already.")),
    ("Name", N_("This name cannot be taken.")),
    ("Fields", N_("A line of the table is too long.")),
    ("Language", N_("Choose a language from the list.")),
    ("cannot be reposted", N_("This post cannot be reposted: its author chose who may see it.")),
    (
        "This account has moved and neither",
        N_("Your account points at another one: it reads, and neither posts nor follows anew."),
    ),
    ("Account there is nobody", N_("There is nobody of this name here.")),
    ("Account this is the account itself", N_("This is your account itself.")),
    ("Account it has moved itself", N_("This account has moved itself.")),
    (
        "Account has not named",
        N_("This account has not named yours. Log in there first and name this one under “Move to another account”."),
    ),
    ("This account has moved already", N_("Your account points at another one already.")),
    ("moves once in thirty days", N_("An account moves once in thirty days.")),
    ("names 10 others at most", N_("Ten accounts are named already. Take one off first.")),
    ("this is not your password", N_("This is not your password.")),
    ("Title can't be blank", N_("Give it a name.")),
    ("Title is too long", N_("This name is too long.")),
    ("Keyword can't be blank", N_("Type at least one word.")),
    ("Keyword is too long", N_("One of these words is too long.")),
    ("Context None", N_("Choose where it is to work.")),
    ("There can be", N_("There are too many of them. Delete some first.")),
    ("form is out of date", N_("This form is out of date. Open the page again.")),
    ("confirmed e-mail address or approval", N_("Your account is not open yet: confirm your email address first.")),
)
PLACES = regex.compile(r"%\((\w+)\)s")
PATTERNS = {
    code: regex.compile(
        regex.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", regex.escape(f"Validation failed: {fault.api}", literal_spaces=True))
    )
    for code, fault in FAULTS.items()
}
ELSE = N_("This cannot be taken as it is.")


def sentence(problem: Problem, language: str) -> str:
    """What went wrong, in the viewer's language; in English the message itself where we have no better words."""
    said = words(language)
    code, values = (problem.code, problem.values) if isinstance(problem, Invalid) else ("", {})
    if not code:
        code, values = _read(problem.message)
    if code:
        told = {name: said.number(value) if isinstance(value, int) else value for name, value in values.items()}
        return said.gettext(FAULTS[code].page) % told
    text = next((text for fragment, text in HEARD if fragment in problem.message), "")
    if text:
        return said.gettext(text)
    exact = said.gettext(problem.message)
    return exact if exact != problem.message or language == "en" else said.gettext(ELSE)


def _read(message: str) -> tuple[str, Mapping[str, str | int]]:
    """The code and values of a sentence that was written down in English, as of what could not be said at its hour."""
    for code, pattern in PATTERNS.items():
        found = pattern.fullmatch(message)
        if found and set(PLACES.findall(FAULTS[code].page)) <= found.groupdict().keys():
            return code, {name: int(text) if text.isdecimal() else text for name, text in found.groupdict().items()}
    return "", {}
