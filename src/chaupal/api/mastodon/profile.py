"""One's own profile as it is edited: plain, with what is not set as nothing; portraits taken away; and who came, for OpenID's apps."""

from typing import Any

import msgspec

from chaupal.api.mastodon.account_entity import NO_AVATAR, CredentialAccount, FieldShown, field_shown, picture
from chaupal.api.mastodon.accounts import ProfileSent, edit, may_know, myself
from chaupal.api.mastodon.own_tags import FeaturedShown, featured_shown
from chaupal.http.call import Call, Nothing, Route, delete, get, patch, post
from chaupal.policy.surface import Surface
from chaupal.reads.explore import tags
from chaupal.reads.people import people
from chaupal.social.people import profiles
from chaupal.social.people.profiles import Face


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


async def show(call: Call[Nothing]) -> Profile:
    """One's own profile, to be edited."""
    may_know(call)
    return await _profile(call)


async def change(call: Call[ProfileSent]) -> Profile:
    """What is not sent stays as it is."""
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
    get("/api/v1/profile", show, Surface.PROFILE),
    patch("/api/v1/profile", change, Surface.PROFILE, body=35_000_000, **WRITE),
    delete("/api/v1/profile/avatar", without_avatar, Surface.PROFILE, **WRITE),
    delete("/api/v1/profile/header", without_header, Surface.PROFILE, **WRITE),
    get("/oauth/userinfo", userinfo, Surface.PROFILE, scope="profile"),
    post("/oauth/userinfo", userinfo, Surface.PROFILE, scope="profile"),
)
