"""Who can find and follow somebody, and who learns what they have read: switches in plain words, on one page."""

import msgspec
from msgspec import structs

from chaupal.http.call import PAGE, Answer, Call, Route, get, post, redirect
from chaupal.kernel.alike import like
from chaupal.policy.surface import Surface
from chaupal.reads.people import people
from chaupal.social.people import profiles
from chaupal.social.people.profiles import Face
from chaupal.social.posts import conversations
from chaupal.web import pages
from chaupal.web.pages import SavedAsked
from chaupal.web.words import N_

# Name of the switch, what it says, and what it does.
SWITCHES = (
    (
        "locked",
        N_("Ask me before letting people follow"),
        N_("Whoever wants to follow you asks first. Those who follow you already stay."),
    ),
    (
        "discoverable",
        N_("Suggest me to others"),
        N_(
            "You may stand among suggestions, in the list of people here and among posts that many like. Search engines may find you."
        ),
    ),
    (
        "indexable",
        N_("Let others find my public posts by their words"),
        N_(
            "Without this only you find them. They stand on your profile, on Local and under their hashtags all the same."
        ),
    ),
    (
        "hide_collections",
        N_("Hide whom I follow and who follows me"),
        N_("The two lists are for you alone; how many they are is shown to everybody."),
    ),
    (
        "read_marks",
        N_("Read marks in messages"),
        N_(
            "Whoever writes to you sees when you have read it, and so do you. Only where both want it, and for messages from then on."
        ),
    ),
)


class PrivacyTyped(msgspec.Struct, kw_only=True):
    """The form as it comes back: a switch that is off is not sent."""

    locked: bool = False
    discoverable: bool = False
    indexable: bool = False
    hide_collections: bool = False
    read_marks: bool = False


async def show(call: Call[SavedAsked]) -> Answer:
    seen, login, _ = await people.me(call.house.reads, call.viewer)
    mine = structs.asdict(seen.item) | {"read_marks": login.marks_since is not None}
    return await pages.render(
        call,
        "settings/privacy.html",
        switches=[(name, text, hint, mine[name]) for name, text, hint in SWITCHES],
        saved=call.args.saved,
        titled=N_("Who can find and follow you"),
    )


async def change(call: Call[PrivacyTyped]) -> Answer:
    chosen = call.args
    await profiles.change(call.house.square, call.viewer, like(Face, chosen))
    await conversations.want_marks(call.house.square, call.viewer, wanted=chosen.read_marks)
    return redirect("/settings/privacy?saved=1")


ROUTES: tuple[Route, ...] = (
    get("/settings/privacy", show, Surface.OWN, **PAGE),
    post("/settings/privacy", change, Surface.OWN, limit=(60, 3_600), **PAGE),
)
