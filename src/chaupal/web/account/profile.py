"""Your profile: what one shows of oneself, what new posts start with; and who can find and follow one, in plain switches."""

from typing import Any, Literal

import msgspec
from msgspec import structs

from chaupal.http.call import PAGE, Answer, Call, Route, get, post, redirect
from chaupal.kernel.alike import like
from chaupal.kernel.errors import Invalid
from chaupal.policy import quotes
from chaupal.policy.things import Field
from chaupal.policy.viewer import Surface
from chaupal.reads.people import people
from chaupal.social.media import media
from chaupal.social.people import profiles
from chaupal.social.people.profiles import MOST_FIELDS, Defaults, Face
from chaupal.social.posts import conversations
from chaupal.social.signin import sessions
from chaupal.text import hosts
from chaupal.web import pages
from chaupal.web.pages import SavedAsked, or_again
from chaupal.web.square import writing
from chaupal.web.words import N_, beside, words


class ProfileTyped(msgspec.Struct, kw_only=True):
    """The form as it comes back; `avatar` and `header` come beside it as files."""

    name: str = ""
    note: str = ""
    visibility: str = ""
    language: str = ""
    quote_policy: str = ""
    require_alt: bool = False
    sites: str = ""  # one in a line
    labels: list[str] = []  # of the table on a profile, and beside each what stands there
    values: list[str] = []

    def rows(self) -> list[tuple[str, str]]:
        """As many as there may be, those that are empty too."""
        labels, values = (part[:MOST_FIELDS] + [""] * (MOST_FIELDS - len(part)) for part in (self.labels, self.values))
        return list(zip(labels, values, strict=True))

    @property
    def table(self) -> tuple[Field, ...] | None:
        """None: the form had none, and it stays as it is."""
        return tuple(Field(*row) for row in self.rows()) if self.labels or self.values else None


# Who may quote what one posts from now on.
QUOTERS = {quotes.PUBLIC: N_("Everybody"), quotes.FOLLOWERS: N_("Followers"), quotes.NOBODY: N_("Nobody but you")}


async def show(call: Call[SavedAsked], problem: Invalid | None = None) -> Answer:
    said = words(call.viewer.language).gettext
    return await pages.render(
        call,
        "settings/profile.html",
        chosen=call.args if isinstance(call.args, ProfileTyped) else await _as_it_is(call),
        saved=getattr(call.args, "saved", False),
        errors=beside(call, problem, BESIDE),
        titled=N_("Your profile"),
        quoting=[(policy, said(who)) for policy, who in QUOTERS.items()],
        address=call.house.settings.domain,
        own=f"{call.house.settings.origin}/@{call.caller.handle if call.caller else ''}",
        **writing.choices(call),
    )


async def _as_it_is(call: Call[Any]) -> ProfileTyped:
    login = await sessions.login_of(call.house.square, call.viewer)
    seen = (await people.me(call.house.reads, call.viewer))[0].item
    return ProfileTyped(
        name=seen.name,
        note=seen.note,
        visibility=login.default_visibility,
        language=login.default_language,
        quote_policy=login.default_quote_policy,
        require_alt=bool(login.require_alt),
        labels=[f.name for f in seen.fields],
        values=[f.value for f in seen.fields],
        sites="\n".join(hosts.readable(site) for site in seen.sites),
    )


@or_again(show, Invalid)
async def change(call: Call[ProfileTyped]) -> Answer:
    chosen = call.args
    avatar, header = await _portrait(call, "avatar"), await _portrait(call, "header")
    sites = tuple(chosen.sites.splitlines())
    face = like(Face, chosen, avatar=avatar, header=header, sites=sites, fields=chosen.table)
    usual = like(Defaults, chosen, visibility=chosen.visibility or None, quote_policy=chosen.quote_policy or None)
    await profiles.change(call.house.square, call.viewer, face, usual)
    return redirect("/settings/profile?saved=1")


async def _portrait(call: Call[Any], kind: Literal["avatar", "header"]) -> str | None:
    upload = call.files.get(kind)
    if upload is None or not upload.data:
        return None
    try:
        return await media.keep_portrait(call.house.square, call.viewer, upload.data, kind)
    except Invalid as problem:
        problem.places[kind] = kind
        raise


# What a problem is about -> the field beside which it stands.
BESIDE = {
    "display_name": "name",
    "note": "note",
    "privacy": "visibility",
    "language": "language",
    "avatar": "avatar",
    "header": "header",
    "quote_policy": "quote_policy",
    "attribution_domains": "sites",
    "fields_attributes": "fields",
}


# Name of the switch, what it says, and what it does.
SWITCHES = (
    (
        "locked",
        N_("Ask me before letting people follow"),
        N_(
            "Whoever wants to follow you asks first. Those who follow you already stay. Turn it off, and all who have asked follow you."
        ),
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


async def show_privacy(call: Call[SavedAsked]) -> Answer:
    seen, login, _ = await people.me(call.house.reads, call.viewer)
    mine = structs.asdict(seen.item) | {"read_marks": login.marks_since is not None}
    return await pages.render(
        call,
        "settings/privacy.html",
        switches=[(name, text, hint, mine[name]) for name, text, hint in SWITCHES],
        saved=call.args.saved,
        titled=N_("Who can find and follow you"),
    )


async def change_privacy(call: Call[PrivacyTyped]) -> Answer:
    chosen = call.args
    await profiles.change(call.house.square, call.viewer, like(Face, chosen))
    await conversations.want_marks(call.house.square, call.viewer, wanted=chosen.read_marks)
    return redirect("/settings/privacy?saved=1")


ROUTES: tuple[Route, ...] = (
    get("/settings/profile", show, Surface.OWN, **PAGE),
    post("/settings/profile", change, Surface.OWN, body=34_000_000, limit=(60, 3_600), **PAGE),
    get("/settings/privacy", show_privacy, Surface.OWN, **PAGE),
    post("/settings/privacy", change_privacy, Surface.OWN, limit=(60, 3_600), **PAGE),
)
