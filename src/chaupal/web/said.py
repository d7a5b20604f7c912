"""Problems in the viewer's language: what the rooms below say in English, for the fields of forms."""

from chaupal.kernel.errors import Problem
from chaupal.web.words import N_, words

# Fragments of messages -> what a person is told. The first that occurs in the message decides.
HEARD: tuple[tuple[str, str], ...] = (
    ("Text is longer", N_("This is too long. A post has at most 500 letters.")),
    ("Text can't be blank", N_("Write something, or add a picture.")),
    ("Validation failed: Text", N_("This text holds characters that cannot be taken.")),
    ("At most", N_("At most four pictures go into one post.")),
    ("File is too", N_("This picture is too large.")),
    ("not an image", N_("This file is not a picture that can be read here.")),
    ("A file is missing", N_("A picture has been lost. Choose it again.")),
    ("Description is too long", N_("The description of a picture is too long.")),
    ("Note is too long", N_("This is too long. About you: at most 500 letters.")),
    ("Name", N_("This name cannot be taken.")),
    ("Fields", N_("A line of the table is too long.")),
    ("Privacy", N_("Choose who may see it.")),
    ("Language", N_("Choose a language from the list.")),
    ("cannot be reposted", N_("This post cannot be reposted: its author chose who may see it.")),
    ("form is out of date", N_("This form is out of date. Open the page again.")),
    ("currently disabled", N_("Your account is suspended.")),
    ("confirmed e-mail address or approval", N_("Your account is not open yet: confirm your e-mail address first.")),
)
ELSE = N_("This cannot be taken as it is.")


def sentence(problem: Problem, language: str) -> str:
    """What went wrong, in the viewer's language; in English the message itself where we have no better words."""
    said = words(language)
    text = next((text for fragment, text in HEARD if fragment in problem.message), "")
    if text:
        return said.gettext(text)
    exact = said.gettext(problem.message)
    return exact if exact != problem.message or language == "en" else said.gettext(ELSE)
