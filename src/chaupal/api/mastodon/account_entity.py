"""The Account entity: a person as clients read one, plain ones kept as bytes, withheld ones as a shell."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

import msgspec

from chaupal.kernel.clock import iso, iso_day, iso_midnight
from chaupal.kernel.settings import Settings
from chaupal.kernel.shelf import Shelf
from chaupal.policy import things
from chaupal.policy.rulings import Ruling, told_countries
from chaupal.policy.sealed import Visible
from chaupal.policy.sentences import placeholders
from chaupal.policy.things import Field, Person
from chaupal.policy.verdict import PLAIN, Placeholder, Show
from chaupal.policy.viewer import Role, Viewer
from chaupal.social.signin.sessions import Login
from chaupal.text import html
from chaupal.text.handles import user_of

NO_AVATAR = "/blank/avatar.png"
NO_HEADER = "/blank/header.png"

_encode = msgspec.json.Encoder().encode
NOWHERE: Mapping[int, Visible[Person]] = {}
# Plain ones, by themselves: one that counts otherwise is another.
_kept: Shelf[Visible[Person] | None, bytes] = Shelf(2_000)


class Emoji(msgspec.Struct):
    """A picture of another server's in a text; this server has none of its own. https://docs.joinmastodon.org/entities/CustomEmoji/"""

    shortcode: str
    url: str
    static_url: str
    visible_in_picker: bool = False


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
    """https://docs.joinmastodon.org/entities/Account/ with `withheld_*` where a ruling binds.

    `moved`: where it has moved, where accounts are asked for as such; not on the authors of posts.
    """

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
    avatar_description: str = ""
    header: str
    header_static: str
    header_description: str = ""
    followers_count: int
    following_count: int
    statuses_count: int
    last_status_at: str | None
    hide_collections: bool = False
    show_media: bool = True
    show_media_replies: bool = True
    show_featured: bool = True
    noindex: bool
    emojis: list[Emoji] = []
    roles: list[RoleShown] = []
    fields: list[FieldShown]
    moved: "Account | msgspec.UnsetType" = msgspec.UNSET


class Label(msgspec.Struct):
    """What a label says, why it is there (empty where that may not be told), and where its story stands."""

    text: str
    reason: str
    notice_url: str


class LimitedAccount(Account, kw_only=True):
    """The shell of an account that a ruling withholds or suspends; the whole one with its banner for its owner and for staff.

    `suspended` as Mastodon's clients read it. `withheld_receipt`: the proof that the measure is in the log.
    """

    withheld_in_countries: list[str] | msgspec.UnsetType = msgspec.UNSET
    withheld_scope: str | msgspec.UnsetType = msgspec.UNSET
    withheld_notice_url: str | msgspec.UnsetType = msgspec.UNSET
    withheld_receipt: str | msgspec.UnsetType = msgspec.UNSET
    withheld_banner: str | msgspec.UnsetType = msgspec.UNSET
    labels: list[Label] | msgspec.UnsetType = msgspec.UNSET
    suspended: bool | msgspec.UnsetType = msgspec.UNSET


class MutedAccount(Account, kw_only=True):
    """In the list of mutes: until when, or None for one that does not end."""

    mute_expires_at: str | None


class Source(msgspec.Struct):
    """What one's own client needs to edit a profile: plain text, and what new posts start with."""

    privacy: str
    sensitive: bool
    language: str
    note: str
    fields: list[FieldShown]
    follow_requests_count: int
    quote_policy: str
    hide_collections: bool = False
    discoverable: bool = True
    indexable: bool = True
    attribution_domains: list[str] = []
    read_marks: bool = False  # Chaupal's own: told what was read of one's messages, and telling what one reads


class CredentialAccount(LimitedAccount, kw_only=True):
    """Oneself."""

    source: Source
    role: RoleShown


def account_bytes(
    settings: Settings, viewer: Viewer, seen: Visible[Person], moved: Mapping[int, Visible[Person]] = NOWHERE
) -> bytes:
    """The Account as JSON. `moved`: of `people.moved`."""
    kept = _kept.items.get(seen)
    if kept is not None and seen.item.id not in moved:
        return kept
    written = _encode(account_of(settings, viewer, seen, moved))
    if seen.verdict is PLAIN and seen.item.id not in moved:
        _kept.put(seen, written)
    return written


def kept_accounts(people: Iterable[Visible[Person] | None]) -> list[bytes | None]:
    """Each as `account_bytes`, where it was written before."""
    return [*map(_kept.items.get, people)]


def account_of(
    settings: Settings, viewer: Viewer, seen: Visible[Person], moved: Mapping[int, Visible[Person]] = NOWHERE
) -> Account:
    """The Account as this viewer may see it."""
    parts = parts_of(settings, seen.item) | moved_of(settings, viewer, seen, moved)
    limits = limits_of(settings, viewer, seen)
    return LimitedAccount(**parts | limits) if limits else Account(**parts)


def muted_account(settings: Settings, seen: Visible[Person], until: str | None) -> MutedAccount:
    """For the list of mutes."""
    return MutedAccount(**parts_of(settings, seen.item), mute_expires_at=until)


def moved_of(
    settings: Settings, viewer: Viewer, seen: Visible[Person], moved: Mapping[int, Visible[Person]]
) -> dict[str, Any]:
    """Where somebody has moved; one step, as Mastodon shows it."""
    to = moved.get(seen.item.id)
    return {} if to is None else {"moved": account_of(settings, viewer, to)}


def field_shown(field: Field, value: str) -> FieldShown:
    """`value`: as it stands there, HTML or plain."""
    return FieldShown(field.name, value, iso(field.verified_at) if field.verified_at else None)


def own_account(
    settings: Settings,
    viewer: Viewer,
    seen: Visible[Person],
    login: Login,
    requests: int,
    moved: Mapping[int, Visible[Person]] = NOWHERE,
) -> CredentialAccount:
    """For oneself. `requests`: how many ask to follow."""
    person = seen.item
    source = Source(
        privacy=login.default_visibility,
        sensitive=bool(login.default_sensitive),
        language=login.default_language,
        note=person.note,
        fields=[field_shown(f, f.value) for f in person.fields],
        follow_requests_count=requests,
        quote_policy=login.default_quote_policy,
        hide_collections=person.hide_collections,
        discoverable=person.discoverable,
        indexable=person.indexable,
        attribution_domains=list(person.sites),
        read_marks=login.marks_since is not None,
    )
    return CredentialAccount(
        **parts_of(settings, person) | limits_of(settings, viewer, seen),
        **moved_of(settings, viewer, seen, moved),
        source=source,
        role=role_of(person.role),
    )


def parts_of(settings: Settings, person: Person) -> dict[str, Any]:
    """Every part of an Account that does not depend on who looks."""
    origin = settings.origin
    own = f"{origin}/@{person.handle}"
    url, uri = (person.url or person.uri, person.uri) if person.uri else (own, own)
    avatar = picture(origin, person.avatar, NO_AVATAR)
    header = picture(origin, person.header, NO_HEADER)
    return {
        "id": str(person.id), "username": user_of(person.handle), "acct": person.handle, "display_name": person.name,
        "locked": person.locked, "bot": person.bot, "discoverable": person.discoverable, "indexable": person.indexable,
        "hide_collections": person.hide_collections,
        "created_at": iso_midnight(person.created_at), "note": person.note_html, "url": url, "uri": uri,
        "avatar": avatar, "avatar_static": avatar, "header": header, "header_static": header,
        "followers_count": person.followers_count, "following_count": person.following_count,
        "statuses_count": person.posts_count, "last_status_at": iso_day(person.last_post_at) if person.last_post_at else None,
        "emojis": emojis_of(settings, person.emojis), "noindex": not person.discoverable, "fields": [
            field_shown(f, html.field_html(origin, f.value)) for f in person.fields
        ],
    }  # fmt: skip


def emojis_of(settings: Settings, found: Sequence[things.Emoji]) -> list[Emoji]:
    """Those of a post or a person, at addresses of ours."""
    where = f"{settings.origin}/media/"
    return [Emoji(one.name, where + one.key, where + one.key) for one in found]


def limits_of(settings: Settings, viewer: Viewer, seen: Visible[Person]) -> dict[str, Any]:
    """The extras: for everyone where it is withheld, suspended or labelled, for its owner and for staff with the banner.

    An app that knows none of them shows the `note`: it says why a withheld account is empty, as a post's `content` does.
    """
    verdict = seen.verdict
    if isinstance(verdict, Placeholder):
        if seen.suspended:
            return {"suspended": True}
        ruling = verdict.ruling
        note = said_instead(settings, viewer, ruling, "account")
        return {"note": note} | withheld_of(settings, viewer, ruling, "user") | receipt_of(settings, ruling)
    limits: dict[str, Any] = {"labels": labels_of(settings, viewer, verdict)} if verdict.labels else {}
    if verdict.banner is not None:
        limits |= withheld_of(settings, viewer, verdict.banner, "user")
        limits["withheld_banner"] = " ".join(placeholders.banner(ruling, viewer.language) for ruling in verdict.banners)
    return limits


def said_instead(settings: Settings, viewer: Viewer, ruling: Ruling, scope: str) -> str:
    """The words of a ruling as HTML, with the address where more stands."""
    words = escape(placeholders.placeholder(ruling, scope, viewer.language, country=viewer.country), quote=False)
    where = settings.origin + placeholders.notice_path(ruling)
    return f'<p>{words} <a href="{where}" rel="nofollow noopener">{where}</a></p>'


def labels_of(settings: Settings, viewer: Viewer, verdict: Show) -> list[Label]:
    """The labels that a post or an account bears."""
    return [
        Label(
            placeholders.label(r, viewer.language), placeholders.why(r), settings.origin + placeholders.notice_path(r)
        )
        for r in verdict.labels
    ]


def role_of(role: str) -> RoleShown:
    """Members have the empty role, as Mastodon's everyone."""
    return RoleShown("0", "") if role == Role.MEMBER else RoleShown(role, role.capitalize(), highlighted=True)


def picture(origin: str, key: str, blank: str) -> str:
    """Where a portrait is, by its file key."""
    return f"{origin}/media/{key}" if key else origin + blank


def receipt_of(settings: Settings, ruling: Ruling) -> dict[str, str]:
    """Where the proof of a ruling's entry in the log is; nothing where who ordered may not be told, for its number would."""
    told = not ruling.neutral and placeholders.notice_path(ruling).endswith(f"/orders/{ruling.order_ref}")
    return {"withheld_receipt": f"{settings.origin}/log/receipt/{ruling.log_index}"} if told else {}


def withheld_of(settings: Settings, viewer: Viewer, ruling: Ruling, scope: str) -> dict[str, Any]:
    """The `withheld_*` fields of a ruling, as far as the viewer may know; `scope` is `user`, `status` or `media`."""
    return {
        "withheld_in_countries": list(told_countries(ruling, viewer.country)),
        "withheld_scope": scope,
        "withheld_notice_url": settings.origin + placeholders.notice_path(ruling),
    }
