"""People in the API: oneself, one, several, by name; one's own profile, as it is shown and as it is edited, and preferences."""

from typing import Any

import msgspec
from msgspec import UNSET

from chaupal.api.mastodon.account_entity import (
    NO_AVATAR,
    Account,
    CredentialAccount,
    FieldShown,
    account_bytes,
    field_shown,
    own_account,
    picture,
)
from chaupal.api.mastodon.trends import FeaturedShown, featured_shown
from chaupal.http.call import Answer, Call, Nothing, Route, delete, get, patch, post
from chaupal.http.paging import ById, ByIds
from chaupal.kernel.alike import like
from chaupal.kernel.argument_sizes import Word
from chaupal.kernel.errors import Invalid, NotAllowed
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Field, Person
from chaupal.policy.viewer import Surface, allows
from chaupal.reads.explore import tags
from chaupal.reads.people import people
from chaupal.social.media import media
from chaupal.social.people import profiles
from chaupal.social.people.profiles import Defaults, Face
from chaupal.social.posts import conversations

MOST_AT_ONCE = 40
PORTRAITS = ("avatar", "header")


class AccountNamed(msgspec.Struct):
    acct: Word


class SourceSent(msgspec.Struct, kw_only=True):
    """What one's new posts start with."""

    privacy: str | None = None
    sensitive: bool | None = None
    language: str | None = None
    quote_policy: str | None = None


class FieldSent(msgspec.Struct):
    name: str = ""
    value: str = ""


class ProfileSent(msgspec.Struct, kw_only=True):
    """What is not sent stays as it is. `fields_attributes`: a list, or numbered as forms send it.

    `attribution_domains`: sites that may name one as an author, 100 at most.
    """

    display_name: str | None = None
    note: str | None = None
    locked: bool | None = None
    bot: bool | None = None
    discoverable: bool | None = None
    indexable: bool | None = None
    hide_collections: bool | None = None
    read_marks: bool | None = None
    source: SourceSent | None = None
    fields_attributes: Any = UNSET
    attribution_domains: list[str] | None = None


class Preferences(
    msgspec.Struct,
    rename={
        "visibility": "posting:default:visibility",
        "sensitive": "posting:default:sensitive",
        "language": "posting:default:language",
        "media": "reading:expand:media",
        "spoilers": "reading:expand:spoilers",
        "autoplay": "reading:autoplay:gifs",
        "quotes": "posting:default:quote_policy",
    },
):
    """https://docs.joinmastodon.org/entities/Preferences/"""

    visibility: str
    sensitive: bool
    language: str | None
    quotes: str
    media: str = "default"
    spoilers: bool = False
    autoplay: bool = False


async def me(call: Call[Nothing]) -> CredentialAccount:
    """One's own account, with what it sets for itself."""
    may_know(call)
    return await myself(call)


def may_know(call: Call[Any]) -> None:
    """Two scopes open what one is: `profile` is for apps that only want to know who came. Raises NotAllowed."""
    caller = call.caller
    if caller is not None and not allows(caller.scopes, "read:accounts") and not allows(caller.scopes, "profile"):
        raise NotAllowed("scope_missing")


async def change(call: Call[ProfileSent]) -> CredentialAccount:
    """Change one's profile and wishes; what is left out stays."""
    await edit(call)
    return await myself(call)


async def edit(call: Call[ProfileSent]) -> None:
    """The profile is now as it was sent."""
    args, source = call.args, call.args.source or SourceSent()
    portraits = {kind: await _portrait(call, kind) for kind in PORTRAITS}
    face = like(
        Face,
        args,
        name=args.display_name,
        fields=_fields(args.fields_attributes),
        avatar=portraits["avatar"],
        header=portraits["header"],
        sites=None if args.attribution_domains is None else tuple(args.attribution_domains),
    )
    defaults = like(Defaults, source, visibility=source.privacy)
    await profiles.change(call.house.square, call.viewer, face, defaults)
    if args.read_marks is not None:
        await conversations.want_marks(call.house.square, call.viewer, wanted=args.read_marks)


async def show(call: Call[ById]) -> Answer:
    """An account; the shell of one that is withheld or suspended."""
    seen = await people.person(call.house.reads, call.viewer, call.args.id)
    return Answer(await _bytes(call, seen))


async def several(call: Call[ByIds]) -> Answer:
    """Several accounts by their ids."""
    ids = dict.fromkeys(call.args.id[:MOST_AT_ONCE])
    seen = await people.people(call.house.reads, call.viewer, Surface.PROFILE, ids)
    moved = await people.moved(call.house.reads, call.viewer, seen)
    return Answer(b"[" + b",".join(account_bytes(call.house.settings, call.viewer, s, moved) for s in seen) + b"]")


async def lookup(call: Call[AccountNamed]) -> Answer:
    """An account by its handle."""
    seen = await people.named(call.house.reads, call.viewer, call.args.acct)
    return Answer(await _bytes(call, seen))


async def preferences(call: Call[Nothing]) -> Preferences:
    """What one's new posts start with, and how pictures and warnings are shown."""
    _, login, _ = await people.me(call.house.reads, call.viewer)
    return Preferences(
        visibility=login.default_visibility,
        sensitive=bool(login.default_sensitive),
        language=login.default_language or None,
        quotes=login.default_quote_policy,
    )


async def myself(call: Call[Any]) -> CredentialAccount:
    """Whoever is signed in."""
    seen, login, requests = await people.me(call.house.reads, call.viewer)
    moved = await people.moved(call.house.reads, call.viewer, (seen,))
    return own_account(call.house.settings, call.viewer, seen, login, requests, moved)


async def _bytes(call: Call[Any], seen: Visible[Person]) -> bytes:
    """One Account, with where it has moved."""
    moved = await people.moved(call.house.reads, call.viewer, (seen,))
    return account_bytes(call.house.settings, call.viewer, seen, moved)


async def _portrait(call: Call[Any], kind: Any) -> str | None:
    upload = call.files.get(kind)
    return None if upload is None else await media.keep_portrait(call.house.square, call.viewer, upload.data, kind)


def _fields(sent: Any) -> tuple[Field, ...] | None:
    # masto.js says "undefined" in a form for what it leaves out.
    if sent is UNSET or sent is None or sent == "undefined":
        return None
    lines: list[Any] = [sent[key] for key in sorted(sent)] if isinstance(sent, dict) else sent
    try:
        checked = msgspec.convert(lines, list[FieldSent], strict=False)
    except msgspec.ValidationError as error:
        raise Invalid("field_unreadable") from error
    return tuple(Field(line.name, line.value) for line in checked)


class Profile(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Profile/; pictures of those who have none are null here."""

    id: str
    display_name: str
    note: str
    fields: list[FieldShown]
    avatar: str | None
    avatar_static: str | None
    avatar_description: str = ""
    header: str | None
    header_static: str | None
    header_description: str = ""
    locked: bool
    bot: bool
    hide_collections: bool = False
    discoverable: bool
    indexable: bool
    show_media: bool = True
    show_media_replies: bool = True
    show_featured: bool = True
    attribution_domains: list[str]
    featured_tags: list[FeaturedShown]


class Userinfo(msgspec.Struct, kw_only=True):
    """OpenID Connect Core 1.0 §5.3: who came. `sub`: their address here, which stays theirs."""

    iss: str
    sub: str
    name: str
    preferred_username: str
    profile: str
    picture: str


async def profile(call: Call[Nothing]) -> Profile:
    """One's own profile, to be edited."""
    may_know(call)
    return await _profile(call)


async def change_profile(call: Call[ProfileSent]) -> Profile:
    """Edit one's profile; what is not sent stays as it is."""
    await edit(call)
    return await _profile(call)


async def without_avatar(call: Call[Nothing]) -> CredentialAccount:
    """Without an avatar from now on."""
    await profiles.change(call.house.square, call.viewer, Face(avatar=""))
    return await myself(call)


async def without_header(call: Call[Nothing]) -> CredentialAccount:
    """Without a header from now on."""
    await profiles.change(call.house.square, call.viewer, Face(header=""))
    return await myself(call)


async def userinfo(call: Call[Nothing]) -> Userinfo:
    """Who is signed in, as OpenID's apps ask."""
    person = (await people.person(call.house.reads, call.viewer, call.viewer.me)).item
    origin = call.house.settings.origin
    address = f"{origin}/@{person.handle}"
    return Userinfo(
        iss=origin,
        sub=address,
        name=person.shown_name,
        preferred_username=person.handle,
        profile=address,
        picture=picture(origin, person.avatar, NO_AVATAR),
    )


async def _profile(call: Call[Any]) -> Profile:
    person = (await people.person(call.house.reads, call.viewer, call.viewer.me)).item
    featured = await tags.featured(call.house.reads, call.viewer, person.id)
    origin = call.house.settings.origin
    avatar, header = (picture(origin, key, "") if key else None for key in (person.avatar, person.header))
    return Profile(
        id=str(person.id),
        display_name=person.name,
        note=person.note,
        fields=[field_shown(f, f.value) for f in person.fields],
        avatar=avatar,
        avatar_static=avatar,
        header=header,
        header_static=header,
        locked=person.locked,
        bot=person.bot,
        hide_collections=person.hide_collections,
        discoverable=person.discoverable,
        indexable=person.indexable,
        attribution_domains=list(person.sites),
        featured_tags=[featured_shown(call, person.handle, tag) for tag in featured],
    )


WRITE: dict[str, Any] = {"scope": "write:accounts"}


ROUTES: tuple[Route, ...] = (
    get("/api/v1/accounts/verify_credentials", me, Surface.PROFILE, kept=True),
    patch("/api/v1/accounts/update_credentials", change, Surface.PROFILE, scope="write:accounts", body=35_000_000),
    get("/api/v1/accounts/lookup", lookup, Surface.PROFILE, public=True, gives=Account, kept=True),
    get("/api/v1/accounts", several, Surface.PROFILE, scope="read:accounts", public=True, gives=list[Account]),
    get("/api/v1/accounts/{id}", show, Surface.PROFILE, scope="read:accounts", public=True, gives=Account, kept=True),
    get("/api/v1/preferences", preferences, Surface.OWN, scope="read:accounts", kept=True),
    get("/api/v1/profile", profile, Surface.PROFILE),
    patch("/api/v1/profile", change_profile, Surface.PROFILE, body=35_000_000, **WRITE),
    delete("/api/v1/profile/avatar", without_avatar, Surface.PROFILE, **WRITE),
    delete("/api/v1/profile/header", without_header, Surface.PROFILE, **WRITE),
    get("/oauth/userinfo", userinfo, Surface.PROFILE, scope="profile"),
    post("/oauth/userinfo", userinfo, Surface.PROFILE, scope="profile"),)  # fmt: skip
