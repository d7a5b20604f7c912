"""Problems in the viewer's language: what the rooms below say in English, for the fields of forms."""

from chaupal.kernel.errors import Problem
from chaupal.web.words import N_, words

# Fragments of messages -> what a person is told. The first that occurs in the message decides.
HEARD: tuple[tuple[str, str], ...] = (
    ("Text is longer", N_("This is too long. A post has at most 500 letters, its warning among them.")),
    ("Text can't be blank", N_("Write something, or add a picture.")),
    ("Validation failed: Text", N_("This text holds characters that cannot be taken.")),
    ("A poll has", N_("A poll has two to four options.")),
    ("Two options", N_("Two options of the poll are the same.")),
    ("A poll is open", N_("A poll is open for five minutes at least, and for a month at most.")),
    ("An option of the poll is empty", N_("An option of the poll is empty.")),
    ("An option of the poll is longer", N_("An option of the poll has at most 50 letters.")),
    ("A poll and pictures", N_("A poll and pictures cannot go into one post.")),
    ("Validation failed: Options", N_("An option of the poll holds characters that cannot be taken.")),
    ("The poll is too long", N_("The poll is too long.")),
    ("your own polls", N_("You cannot vote in your own poll.")),
    ("poll has already ended", N_("The poll is over; no more votes are taken.")),
    ("already voted", N_("You have voted in this poll already.")),
    ("vote option does not exist", N_("Choose one of the options.")),
    ("Only one option", N_("Only one option can be chosen.")),
    ("Scheduled at is not a time", N_("Choose a day and a time.")),
    ("scheduled date must be", N_("Choose a time that is five minutes from now at least, and five years at most.")),
    (
        "limit of scheduled posts",
        N_("Too many posts wait for their time already: 300 in all, and 50 on one day, are the most."),
    ),
    ("cannot be quoted", N_("The author of this post does not let you quote it.")),
    ("Quoted user needs", N_("A message that quotes somebody must mention them.")),
    ("Too many drafts", N_("You keep a hundred drafts already. Delete some first.")),
    ("maximum number of posts", N_("Five posts are pinned already. Take one off first.")),
    ("At most", N_("At most four pictures go into one post.")),
    ("File is larger", N_("This file is too large.")),
    ("File is longer", N_("This video or sound is too long.")),
    ("File has more than", N_("This has more pixels, or frames a second, than can be taken here.")),
    ("takes none", N_("This server takes no video and no sound.")),
    ("not a video or sound", N_("This file is not a video or sound that can be read here.")),
    ("could not be processed", N_("This video or sound could not be prepared. Try another file.")),
    ("attached alone", N_("A video or sound goes into a post alone, without other files.")),
    ("finished processing", N_("A video or sound is not ready yet. Try again in a moment.")),
    ("not an image", N_("This file is not a picture that can be read here.")),
    ("currently used by a status", N_("This picture is in a post already.")),
    ("A file is missing", N_("A picture has been lost. Choose it again.")),
    ("Description is too long", N_("The description of a picture is too long.")),
    ("Note is too long", N_("This is too long. About you: at most 500 letters.")),
    ("Name whom", N_("Say whom the message is for.")),
    ("message is for", N_("A message is for 20 people at most.")),
    ("Nobody here is called", N_("Nobody here has this username. Look at how it is spelled.")),
    ("Name", N_("This name cannot be taken.")),
    ("Fields", N_("A line of the table is too long.")),
    ("domain name", N_("One of these is no name of a site, like example.org.")),
    ("Attribution domains can be", N_("These are too many. Take some off first.")),
    ("Privacy", N_("Choose who may see it.")),
    ("Quote policy", N_("Choose who may quote them.")),
    ("Language", N_("Choose a language from the list.")),
    ("cannot be reposted", N_("This post cannot be reposted: its author chose who may see it.")),
    ("Tag is not valid", N_("This cannot be a hashtag: letters, digits and _ without spaces, and not digits alone.")),
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
ELSE = N_("This cannot be taken as it is.")


def sentence(problem: Problem, language: str) -> str:
    """What went wrong, in the viewer's language; in English the message itself where we have no better words."""
    said = words(language)
    text = next((text for fragment, text in HEARD if fragment in problem.message), "")
    if text:
        return said.gettext(text)
    exact = said.gettext(problem.message)
    return exact if exact != problem.message or language == "en" else said.gettext(ELSE)
