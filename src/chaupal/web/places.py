"""Where everything is set: the pages of settings in their groups, each with a line on what it is for."""

from typing import NamedTuple

from chaupal.web.words import N_


class Place(NamedTuple):
    """A page where something is set. `line`: what for."""

    path: str
    name: str
    line: str


class Group(NamedTuple):
    """Pages that belong together. `slug`: its name in an address."""

    slug: str
    name: str
    places: tuple[Place, ...]


# A test holds this to the route table: every page under /settings stands here, or is reached from one that does.
GROUPS: tuple[Group, ...] = (
    Group("you", N_("You"), (
        Place(
            "/settings/profile", N_("Your profile"),
            N_("Your name, what you say about yourself, your pictures; what new posts start with"),
        ),
        Place("/settings/privacy", N_("Who can find and follow you"), N_("Suggestions, search, follow requests, your lists of people")),
    )),
    Group("reading", N_("What you read"), (
        Place("/languages", N_("Languages"), N_("The language of the pages, and which ones you read")),
        Place("/settings/appearance", N_("Appearance"), N_("Light or dark, the size of letters, digits, the letters of Urdu")),
        Place(
            "/settings/tags", N_("Hashtags I follow and show"),
            N_("What comes into your home beside people, and what stands on your profile"),
        ),
        Place("/settings/filters", N_("Filters"), N_("Words and posts that you do not want to meet, where and for how long")),
    )),
    Group("people", N_("People"), (
        Place("/notifications/policy", N_("Who can notify you"), N_("Whose notifications you are told, and whose wait for your word")),
        Place("/settings/mail", N_("Email notifications"), N_("Which ones come by email when you have not read them")),
        Place("/requests", N_("Follow requests"), N_("Who asks to follow you")),
        Place("/lists", N_("Lists"), N_("People whom you read apart from your home")),
        Place("/settings/mutes", N_("Muted accounts"), N_("Those of whom you read nothing unasked; they are not told")),
        Place("/settings/servers", N_("Hidden servers"), N_("Other servers of which you want nothing")),
        Place("/settings/blocks", N_("Blocked accounts"), N_("Those who do not see you, and whom you do not see")),
    )),
    Group("writing", N_("What you write"), (
        Place("/about/typing", N_("Typing"), N_("Writing your language on any keyboard")),
        Place("/drafts", N_("Drafts"), N_("What you have begun to write")),
        Place("/scheduled", N_("Scheduled posts"), N_("What will be posted later, and when")),
    )),
    Group("security", N_("Security"), (
        Place("/settings/email", N_("Email address"), N_("Where links for a new password go, and word of what is decided about you")),
        Place("/password", N_("Password"), N_("Change the password with which you log in")),
        Place("/settings/security", N_("Codes and passkeys"), N_("What is asked of you beside the password, or instead of it")),
        Place("/settings/sessions", N_("Browsers and apps"), N_("Who is logged in in your name; end each of them")),
    )),
    Group("data", N_("Your data"), (
        Place("/settings/import", N_("Import"), N_("Posts, follows and blocks from Mastodon, and posts from Twitter")),
        Place("/settings/export", N_("Export"), N_("All that is yours in one file")),
        Place("/settings/moving", N_("Move to another account"), N_("Your followers come along; the accounts that may move here")),
        Place("/settings/deletion", N_("Delete your account"), N_("What goes, what stays and why; you have some days to think again")),
    )),
    Group("decided", N_("What was decided about you"), (
        Place("/settings/standing", N_("Account status"), N_("Whether anything limits it now")),
        Place(
            "/disputes/strikes", N_("What was done to me and why"),
            N_("Each decision with its law, its reason, its proof in the log, and how to appeal"),
        ),
        Place("/reports", N_("Your reports"), N_("What you reported, and what became of it")),
    )),
)  # fmt: skip


def group_of(path: str) -> Group | None:
    """The group in which a page of settings stands, or the page that it is reached from."""
    found = [
        (place.path, group) for group in GROUPS for place in group.places if f"{path}/".startswith(f"{place.path}/")
    ]
    return max(found, key=lambda one: len(one[0]))[1] if found else None
