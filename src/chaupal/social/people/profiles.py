"""What people show of themselves, and what their new posts start with."""

import msgspec
from msgspec.structs import replace

from chaupal.kernel.errors import Invalid
from chaupal.policy import quotes
from chaupal.policy.facts import FROM_WIRE
from chaupal.policy.things import Field
from chaupal.policy.viewer import Viewer
from chaupal.social.context import Square
from chaupal.social.events import AccountChanged, AccountUnlocked, LinksToVerify
from chaupal.social.media import media
from chaupal.social.typed import display_name, typed
from chaupal.store.identity import accounts, logins
from chaupal.store.identity.accounts import Face
from chaupal.store.identity.logins import Login
from chaupal.store.machine.work import Writing
from chaupal.store.square.people import fields_of, ids_of
from chaupal.text import hosts, html
from chaupal.text.analyse import name_words
from chaupal.text.clean import trimmed
from chaupal.text.entities import find_entities
from chaupal.text.language import check_language
from chaupal.text.length import MAX_GRAPHEMES, fits

MOST_FIELDS = 4
MOST_IN_FIELD = 255
MOST_SITES = 100  # as Mastodon takes


class Defaults(msgspec.Struct, frozen=True, kw_only=True):
    """What a new post starts with; None: as before. `require_alt`: no picture goes out without a description."""

    visibility: str | None = None
    sensitive: bool | None = None
    language: str | None = None
    quote_policy: str | None = None
    require_alt: bool | None = None


async def change(square: Square, viewer: Viewer, face: Face, defaults: Defaults | None = None) -> None:
    """The profile is now this, as far as it is given; its words are put in order first. Raises Invalid by field.

    Portraits that the profile no longer names are dropped, and new ones too when the rest is refused.
    """
    me = viewer.me
    try:
        gone = await _change(square, me, await _in_order(square, face), _checked(defaults or Defaults()))
    except Exception:  # a caller who goes away while the commit is under way takes no file of it along
        await _drop(square, face.avatar, face.header)
        raise
    await _drop(square, *gone)


async def _change(square: Square, me: int, face: Face, defaults: Defaults) -> list[str]:
    """Write it; which portraits nobody names any longer."""
    async with square.work.writing() as w:
        avatar, header = await accounts.portraits(w, me)
        login = await logins.login_of(w, me)
        if face.fields is not None:
            face = replace(face, fields=await _as_known(w, me, face.fields))
        await accounts.change(w, me, face)
        if login is not None:
            if face.name is not None:
                await accounts.find_by(w, me, name_words(face.name, login.handle))
            await _change_defaults(w, login, defaults)
        gone = [old for old, new in ((avatar, face.avatar), (header, face.header)) if new is not None]
        await media.name_portraits(w, (face.avatar, face.header), gone)
        w.tell(AccountChanged(account=me))
        if face.locked is False and await accounts.requests_to(w, me):
            w.tell(AccountUnlocked(account=me))
        if any(field.link for field in face.fields or ()):
            w.tell(LinksToVerify(account=me))
    return gone


async def _as_known(w: Writing, me: int, fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """A link that was verified stays so until it is asked again."""
    found = await fields_of(w, me)
    known = {field.value: field.verified_at for field in found[1]} if found else {}
    return tuple(replace(field, verified_at=known.get(field.value, 0)) for field in fields)


async def _change_defaults(w: Writing, login: Login, given: Defaults) -> None:
    await logins.set_defaults(
        w,
        login.account,
        visibility=login.default_visibility if given.visibility is None else given.visibility,
        sensitive=bool(login.default_sensitive) if given.sensitive is None else given.sensitive,
        language=login.default_language if given.language is None else given.language,
        quote_policy=login.default_quote_policy if given.quote_policy is None else given.quote_policy,
        require_alt=bool(login.require_alt) if given.require_alt is None else given.require_alt,
    )


async def _drop(square: Square, *portraits: str | None) -> None:
    for key in portraits:
        await media.drop_portrait(square, key)


async def _in_order(square: Square, face: Face) -> Face:
    if face.name is not None:
        face = replace(face, name=display_name(face.name))
    if face.fields is not None:
        face = replace(face, fields=_fields(face.fields))
    if face.sites is not None:
        face = replace(face, sites=_sites(face.sites))
    if face.note is None:
        return face
    note = _text(face.note, "note") if trimmed(face.note) else ""
    if not fits(note):
        raise Invalid("note_too_long", most=MAX_GRAPHEMES)
    return replace(face, note=note, note_html=await _note_html(square, note))


async def _note_html(square: Square, note: str) -> str:
    origin = square.settings.origin
    names = [e.text.lower() for e in find_entities(note) if e.kind == "mention"]
    async with square.work.reading() as reading:
        known = await ids_of(reading, names)
    return html.render(
        note, lambda name: (f"{origin}/@{name}", name) if name in known else None, lambda tag: f"{origin}/tags/{tag}"
    )


def _fields(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """Empty lines are dropped; a client clears one by sending it empty."""
    if len(fields) > MOST_FIELDS:
        raise Invalid("too_many_fields", most=MOST_FIELDS)
    kept = (
        Field(trimmed(_text(f.name, "fields_attributes")), trimmed(_text(f.value, "fields_attributes"))) for f in fields
    )
    found = tuple(f for f in kept if f.name or f.value)
    if any(len(part) > MOST_IN_FIELD for f in found for part in (f.name, f.value)):
        raise Invalid("fields_too_long")
    return found


def _sites(named: tuple[str, ...]) -> tuple[str, ...]:
    """Hosts in one spelling, each once; empty lines are dropped."""
    found = {one: hosts.plain(one) for one in named if one.strip()}
    bad = next((one for one, host in found.items() if not host), None)
    if bad is not None:
        raise Invalid("site_invalid", typed=bad.strip()[:60])
    sites = tuple(dict.fromkeys(found.values()))
    if len(sites) > MOST_SITES:
        raise Invalid("too_many_sites", most=MOST_SITES)
    return sites


def _text(text: str, field: str) -> str:
    if len(text) > 10_000:
        raise Invalid("note_too_long", most=MAX_GRAPHEMES) if field == "note" else Invalid("fields_too_long")
    return typed(text, "note_unreadable" if field == "note" else "field_unreadable")


def _checked(defaults: Defaults) -> Defaults:
    visibility, language = defaults.visibility or None, defaults.language
    # A direct post is for those it names: nobody starts with that. Apps know no local one, and would say it to everybody.
    if visibility is not None and (visibility not in FROM_WIRE or visibility in ("direct", "local")):
        raise Invalid("privacy_unknown")
    if language and (language := check_language(language)) is None:
        raise Invalid("language_unknown")
    quote_policy = defaults.quote_policy or None
    if quote_policy is not None and quote_policy not in quotes.POLICIES:
        raise Invalid("quote_policy_unknown")
    return replace(defaults, visibility=visibility, language=language, quote_policy=quote_policy)
