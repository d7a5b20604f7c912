"""The Account entity: a person as clients read one, plain ones kept as bytes, withheld ones as a shell."""

import functools
from typing import Any

import msgspec

from chaupal.kernel.clock import iso_day, iso_midnight
from chaupal.kernel.settings import Settings
from chaupal.kernel.shelf import Shelf
from chaupal.policy import epitaph
from chaupal.policy.rulings import Ruling
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Person
from chaupal.policy.verdict import PLAIN, Placeholder
from chaupal.policy.viewer import Role, Viewer
from chaupal.social.logins import Login
from chaupal.text import html

NO_AVATAR = "/blank/avatar.png"
NO_HEADER = "/blank/header.png"

_encode = msgspec.json.Encoder().encode
_kept: Shelf[int, tuple[Person, bytes]] = Shelf(3_000)


class Emoji(msgspec.Struct):
    """A picture of the server's own in a text; this server has none."""

    shortcode: str
    url: str


class RoleShown(msgspec.Struct):
    """A role as one's own client reads it."""

    id: str
    name: str
    permissions: str = "0"
    color: str = ""
    highlighted: bool = False


class FieldShown(msgspec.Struct):
    """One line of the table on a profile; `value` is HTML, or plain text in `source`."""

    name: str
    value: str
    verified_at: str | None = None


class Account(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Account/ with `withheld_*` where a ruling binds."""

    id: str
    username: str
    acct: str
    display_name: str
    locked: bool
    bot: bool
    discoverable: bool
    indexable: bool
    group: bool = False
    created_at: str
    note: str
    url: str
    uri: str
    avatar: str
    avatar_static: str
    header: str
    header_static: str
    followers_count: int
    following_count: int
    statuses_count: int
    last_status_at: str | None
    hide_collections: bool = False
    noindex: bool
    emojis: list[Emoji] = []
    roles: list[RoleShown] = []
    fields: list[FieldShown]


class WithheldAccount(Account, kw_only=True):
    """The shell of an account that a ruling withholds, or the whole one with its banner for its owner and for staff."""

    withheld_in_countries: list[str]
    withheld_scope: str = "user"
    withheld_notice_url: str
    withheld_banner: str | msgspec.UnsetType = msgspec.UNSET


class MutedAccount(Account, kw_only=True):
    """In the list of mutes: until when, or None for one that does not end."""

    mute_expires_at: str | None


class Source(msgspec.Struct):
    """What one's own client needs to edit a profile: plain text, and what new posts start with."""

    privacy: str
    sensitive: bool
    language: str | None
    note: str
    fields: list[FieldShown]
    follow_requests_count: int
    hide_collections: bool = False
    discoverable: bool = True
    indexable: bool = True
    quote_policy: str = "public"
    attribution_domains: list[str] = []


class CredentialAccount(Account, kw_only=True):
    """Oneself."""

    source: Source
    role: RoleShown
    withheld_in_countries: list[str] | msgspec.UnsetType = msgspec.UNSET
    withheld_scope: str | msgspec.UnsetType = msgspec.UNSET
    withheld_notice_url: str | msgspec.UnsetType = msgspec.UNSET
    withheld_banner: str | msgspec.UnsetType = msgspec.UNSET


def account_bytes(settings: Settings, viewer: Viewer, seen: Visible[Person]) -> bytes:
    """The Account as JSON. Plain ones are kept as long as the store's person is the same."""
    person = seen.item
    if seen.verdict is not PLAIN:
        return _encode(account_of(settings, viewer, seen))
    kept = _kept.items.get(person.id)
    if kept is not None and kept[0] is person:
        return kept[1]
    written = _encode(Account(**parts_of(settings, person)))
    _kept.put(person.id, (person, written))
    return written


def account_of(settings: Settings, viewer: Viewer, seen: Visible[Person]) -> Account:
    """The Account as this viewer may see it."""
    parts = parts_of(settings, seen.item)
    limits = limits_of(settings, viewer, seen)
    return WithheldAccount(**parts, **limits) if limits else Account(**parts)


def muted_account(settings: Settings, viewer: Viewer, seen: Visible[Person], until: str | None) -> MutedAccount:
    """For the list of mutes."""
    return MutedAccount(**parts_of(settings, seen.item), mute_expires_at=until)


def own_account(
    settings: Settings, viewer: Viewer, seen: Visible[Person], login: Login, requests: int
) -> CredentialAccount:
    """For oneself. `requests`: how many ask to follow."""
    person = seen.item
    source = Source(
        privacy=login.default_visibility, sensitive=bool(login.default_sensitive), language=login.default_language or None,
        note=person.note, fields=[FieldShown(f.name, f.value) for f in person.fields], follow_requests_count=requests,
        discoverable=person.discoverable, indexable=person.discoverable,
    )  # fmt: skip
    return CredentialAccount(
        **parts_of(settings, person), **limits_of(settings, viewer, seen), source=source, role=role_of(person.role)
    )


def parts_of(settings: Settings, person: Person) -> dict[str, Any]:
    """Every part of an Account that does not depend on who looks."""
    origin = settings.origin
    url = f"{origin}/@{person.handle}"
    avatar = picture(origin, person.avatar, NO_AVATAR)
    header = picture(origin, person.header, NO_HEADER)
    return {
        "id": str(person.id), "username": person.handle, "acct": person.handle, "display_name": person.name,
        "locked": person.locked, "bot": person.bot, "discoverable": person.discoverable, "indexable": person.discoverable,
        "created_at": iso_midnight(person.created_at), "note": person.note_html, "url": url, "uri": url,
        "avatar": avatar, "avatar_static": avatar, "header": header, "header_static": header,
        "followers_count": person.followers_count, "following_count": person.following_count,
        "statuses_count": person.posts_count, "last_status_at": iso_day(person.last_post_at) if person.last_post_at else None,
        "noindex": not person.discoverable, "fields": [FieldShown(f.name, field_html(origin, f.value)) for f in person.fields],
    }  # fmt: skip


def limits_of(settings: Settings, viewer: Viewer, seen: Visible[Person]) -> dict[str, Any]:
    """The `withheld_*` extras: for everyone where it is withheld, for its owner and for staff with the banner."""
    verdict = seen.verdict
    if isinstance(verdict, Placeholder):
        return _limit(settings, verdict.ruling)
    if verdict.banner is None:
        return {}
    return _limit(settings, verdict.banner) | {"withheld_banner": epitaph.banner(verdict.banner, viewer.language)}


def role_of(role: str) -> RoleShown:
    """Members have the empty role, as Mastodon's everyone."""
    return RoleShown("0", "") if role == Role.MEMBER else RoleShown(role, role.capitalize(), highlighted=True)


def picture(origin: str, key: str, blank: str) -> str:
    """Where a portrait is, by its file key."""
    return f"{origin}/media/{key}" if key else origin + blank


@functools.lru_cache(maxsize=8_192)
def field_html(origin: str, value: str) -> str:
    """A value of a profile's table as HTML: links and tags, but no paragraph around it."""
    said = html.render(value, lambda name: (f"{origin}/@{name}", name), lambda tag: f"{origin}/tags/{tag}")
    return said.removeprefix("<p>").removesuffix("</p>")


def _limit(settings: Settings, ruling: Ruling) -> dict[str, Any]:
    return {
        "withheld_in_countries": list(ruling.territory),
        "withheld_scope": "user",
        "withheld_notice_url": settings.origin + epitaph.notice_path(ruling),
    }
