"""People in the API: oneself, one, several, by name; and one's own profile and preferences."""

from typing import Any

import msgspec
from msgspec import UNSET

from chaupal.api.mastodon.account_entity import Account, CredentialAccount, account_bytes, own_account
from chaupal.http.call import Answer, Call, Nothing, Route, get, patch
from chaupal.http.paging import ById, ByIds
from chaupal.kernel.alike import like
from chaupal.kernel.argument_sizes import Word
from chaupal.kernel.errors import Invalid, NotAllowed
from chaupal.policy.sealed import Visible
from chaupal.policy.surface import Surface
from chaupal.policy.things import Field, Person
from chaupal.policy.viewer import allows
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
    may_know(call)
    return await myself(call)


def may_know(call: Call[Any]) -> None:
    """Two scopes open what one is: `profile` is for apps that only want to know who came. Raises NotAllowed."""
    caller = call.caller
    if caller is not None and not allows(caller.scopes, "read:accounts") and not allows(caller.scopes, "profile"):
        raise NotAllowed("scope_missing")


async def change(call: Call[ProfileSent]) -> CredentialAccount:
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
    seen = await people.person(call.house.reads, call.viewer, call.args.id)
    return Answer(await _bytes(call, seen))


async def several(call: Call[ByIds]) -> Answer:
    ids = dict.fromkeys(call.args.id[:MOST_AT_ONCE])
    seen = await people.people(call.house.reads, call.viewer, Surface.PROFILE, ids)
    moved = await people.moved(call.house.reads, call.viewer, seen)
    return Answer(b"[" + b",".join(account_bytes(call.house.settings, call.viewer, s, moved) for s in seen) + b"]")


async def lookup(call: Call[AccountNamed]) -> Answer:
    seen = await people.named(call.house.reads, call.viewer, call.args.acct)
    return Answer(await _bytes(call, seen))


async def preferences(call: Call[Nothing]) -> Preferences:
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


ROUTES: tuple[Route, ...] = (
    get("/api/v1/accounts/verify_credentials", me, Surface.PROFILE, kept=True),
    patch("/api/v1/accounts/update_credentials", change, Surface.PROFILE, scope="write:accounts", body=35_000_000),
    get("/api/v1/accounts/lookup", lookup, Surface.PROFILE, public=True, gives=Account, kept=True),
    get("/api/v1/accounts", several, Surface.PROFILE, scope="read:accounts", public=True, gives=list[Account]),
    get("/api/v1/accounts/{id}", show, Surface.PROFILE, scope="read:accounts", public=True, gives=Account, kept=True),
    get("/api/v1/preferences", preferences, Surface.OWN, scope="read:accounts", kept=True),
)  # fmt: skip
