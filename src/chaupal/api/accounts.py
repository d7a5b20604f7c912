"""People at the wire: oneself, one, several, by name; and one's own profile and preferences."""

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta

from chaupal.api.people import Account, CredentialAccount, account_bytes, own_account
from chaupal.kernel.errors import Invalid, NotAllowed
from chaupal.policy.surface import Surface
from chaupal.policy.things import Field
from chaupal.policy.viewer import allows
from chaupal.reads import people
from chaupal.social import media, profiles
from chaupal.social.profiles import Defaults, Face
from chaupal.wire.call import Answer, Call
from chaupal.wire.paging import Number
from chaupal.wire.route import Nothing, Route, get, patch

MOST_AT_ONCE = 40
PORTRAITS = ("avatar", "header")


class One(msgspec.Struct):
    id: Number


class Several(msgspec.Struct):
    id: list[Number] = []


class Named(msgspec.Struct):
    acct: Annotated[str, Meta(max_length=300)]


class SourceSent(msgspec.Struct, kw_only=True):
    """What one's new posts start with."""

    privacy: str | None = None
    sensitive: bool | None = None
    language: str | None = None


class FieldSent(msgspec.Struct):
    name: str = ""
    value: str = ""


class ProfileSent(msgspec.Struct, kw_only=True):
    """What is not sent stays as it is. `fields_attributes`: a list, or numbered as forms send it."""

    display_name: str | None = None
    note: str | None = None
    locked: bool | None = None
    bot: bool | None = None
    discoverable: bool | None = None
    source: SourceSent | None = None
    fields_attributes: Any = UNSET


class Preferences(msgspec.Struct, rename={
    "visibility": "posting:default:visibility", "sensitive": "posting:default:sensitive",
    "language": "posting:default:language", "media": "reading:expand:media", "spoilers": "reading:expand:spoilers",
    "autoplay": "reading:autoplay:gifs", "quotes": "posting:default:quote_policy",
}):  # fmt: skip
    """https://docs.joinmastodon.org/entities/Preferences/"""

    visibility: str
    sensitive: bool
    language: str | None
    media: str = "default"
    spoilers: bool = False
    autoplay: bool = False
    quotes: str = "public"


async def me(call: Call[Nothing]) -> CredentialAccount:
    # Two scopes open this one: `profile` is for apps that only want to know who came.
    caller = call.caller
    if caller is not None and not allows(caller.scopes, "read:accounts") and not allows(caller.scopes, "profile"):
        raise NotAllowed("This action is outside the authorized scopes")
    return await _myself(call)


async def change(call: Call[ProfileSent]) -> CredentialAccount:
    args, source = call.args, call.args.source or SourceSent()
    portraits = {kind: await _portrait(call, kind) for kind in PORTRAITS}
    face = Face(
        name=args.display_name, note=args.note, locked=args.locked, bot=args.bot, discoverable=args.discoverable,
        fields=_fields(args.fields_attributes), avatar=portraits["avatar"], header=portraits["header"],
    )  # fmt: skip
    defaults = Defaults(visibility=source.privacy, sensitive=source.sensitive, language=source.language)
    await profiles.change(call.house.square, call.viewer, face, defaults)
    return await _myself(call)


async def one(call: Call[One]) -> Answer:
    seen = await people.person(call.house.reads, call.viewer, call.args.id)
    return Answer(account_bytes(call.house.settings, call.viewer, seen))


async def several(call: Call[Several]) -> Answer:
    ids = dict.fromkeys(call.args.id[:MOST_AT_ONCE])
    seen = await people.people(call.house.reads, call.viewer, Surface.PROFILE, ids)
    return Answer(b"[" + b",".join(account_bytes(call.house.settings, call.viewer, s) for s in seen) + b"]")


async def lookup(call: Call[Named]) -> Answer:
    seen = await people.named(call.house.reads, call.viewer, call.args.acct)
    return Answer(account_bytes(call.house.settings, call.viewer, seen))


async def preferences(call: Call[Nothing]) -> Preferences:
    _, login, _ = await people.me(call.house.reads, call.viewer)
    return Preferences(login.default_visibility, bool(login.default_sensitive), login.default_language or None)


async def _myself(call: Call[Any]) -> CredentialAccount:
    seen, login, requests = await people.me(call.house.reads, call.viewer)
    return own_account(call.house.settings, call.viewer, seen, login, requests)


async def _portrait(call: Call[Any], kind: Any) -> str | None:
    upload = call.files.get(kind)
    return None if upload is None else await media.keep_portrait(call.house.square, call.viewer, upload.data, kind)


def _fields(sent: Any) -> tuple[Field, ...] | None:
    if sent is UNSET or sent is None:
        return None
    lines: list[Any] = [sent[key] for key in sorted(sent)] if isinstance(sent, dict) else sent
    try:
        checked = msgspec.convert(lines, list[FieldSent], strict=False)
    except msgspec.ValidationError as error:
        raise Invalid("Validation failed: Fields cannot be read", fields_attributes="cannot be read") from error
    return tuple(Field(line.name, line.value) for line in checked)


ROUTES: tuple[Route, ...] = (
    get("/api/v1/accounts/verify_credentials", me, Surface.PROFILE, gives=CredentialAccount),
    patch(
        "/api/v1/accounts/update_credentials", change, Surface.PROFILE, scope="write:accounts", takes=ProfileSent,
        gives=CredentialAccount, body=35_000_000,
    ),
    get("/api/v1/accounts/lookup", lookup, Surface.PROFILE, public=True, takes=Named, gives=Account),
    get("/api/v1/accounts", several, Surface.PROFILE, scope="read:accounts", public=True, takes=Several, gives=list[Account]),
    get("/api/v1/accounts/{id}", one, Surface.PROFILE, scope="read:accounts", public=True, takes=One, gives=Account),
    get("/api/v1/preferences", preferences, Surface.OWN, scope="read:accounts", gives=Preferences),
)  # fmt: skip
