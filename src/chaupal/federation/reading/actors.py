"""People, services and groups as other servers describe them, read."""

import msgspec
import regex

from chaupal.federation.reading.marks import Emoji, emojis_of
from chaupal.federation.reading.values import (
    Json,
    Unreadable,
    address,
    an_object,
    first_word,
    flag_of,
    host_of,
    kinds_of,
    links_of,
    moment_of,
    page_of,
    same_host,
    uri_of,
    uris_of,
    value_of,
    values_of,
    word_of,
)
from chaupal.federation.reading.withheld import WithheldThere, stated
from chaupal.federation.reading.words import plain
from chaupal.policy.things import Field
from chaupal.text import foreign
from chaupal.text.clean import clean_line
from chaupal.text.length import clean_name

KINDS = ("Person", "Service", "Application", "Group", "Organization")
BOTS = frozenset({"Service", "Application"})

MOST_FIELDS, MOST_ALIASES, MOST_KEYS, MOST_IMPLEMENTED = 16, 20, 8, 30
MOST_NOTE, MOST_FIELD_NAME, MOST_FIELD_VALUE, MOST_PEM = 20_000, 200, 2_000, 10_000
# What servers call people (Mastodon's rule for those of others): ASCII, for letters that look alike are no way to know somebody.
_USER = regex.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,98}[a-z0-9_])?", regex.I)


class KeyRead(msgspec.Struct, frozen=True):
    """A public key. `pem`: of RSA or Ed25519 (RFC 7468); `multibase`: of a Multikey (FEP-521a). One of the two is ""."""

    id: str
    owner: str
    pem: str = ""
    multibase: str = ""


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody on another server. `user` in small letters; `host`: of their address, which need not be that of their handle.

    `avatar`, `header`: where their pictures are; `keys`: those that are given whole.
    """

    uri: str
    kind: str
    user: str
    host: str
    url: str
    name: str = ""
    note: str = ""
    note_html: str = ""
    fields: tuple[Field, ...] = ()
    avatar: str = ""
    header: str = ""
    inbox: str = ""
    shared_inbox: str = ""
    outbox: str = ""
    followers: str = ""
    following: str = ""
    featured: str = ""
    locked: bool = False
    discoverable: bool = False
    indexable: bool = False
    hides_collections: bool = False
    suspended: bool = False
    aliases: tuple[str, ...] = ()
    moved_to: str = ""
    created_at: int = 0
    keys: tuple[KeyRead, ...] = ()
    emojis: tuple[Emoji, ...] = ()
    implements: tuple[str, ...] = ()  # standards that its server says it keeps to, by their addresses (FEP-844e)
    claimed: str = ""  # `user@host` by which it says that it is found (FEP-2c59)
    withheld: tuple[WithheldThere, ...] = ()  # where their server says that it does not show them

    @property
    def bot(self) -> bool:
        return self.kind in BOTS


def is_actor(said: object) -> bool:
    """Whether this is somebody, by its type."""
    return bool({*KINDS} & {*kinds_of(said)})


def read_actor(said: object) -> Actor:
    """Somebody as their server describes them; addresses that are on other hosts than they are count as not said. Raises Unreadable."""
    said = an_object(said)
    kind = next((one for one in kinds_of(said) if one in KINDS), "")
    if not kind:
        raise Unreadable("no_actor")
    uri = uri_of(said)
    if not uri:
        raise Unreadable("no_id")
    user = word_of(said, "preferredUsername")
    if not _USER.fullmatch(user):
        raise Unreadable("no_handle")
    inbox = _own_address(said, "inbox", uri)
    if not inbox:
        raise Unreadable("no_inbox")
    endpoints = value_of(said, "endpoints")
    keys, _ = keys_in(said, uri)
    note = foreign.read(first_word(said, "summary")[0][:MOST_NOTE])
    url = page_of(said)
    return Actor(
        uri=uri,
        kind=kind,
        user=user.lower(),
        host=host_of(uri),
        url=url if same_host(url, uri) else uri,
        name=clean_name(plain(first_word(said, "name")[0], 200)),
        note=foreign.text_of(note.html),
        note_html=note.html,
        fields=_fields(said),
        avatar=_picture(said, "icon"),
        header=_picture(said, "image"),
        inbox=inbox,
        shared_inbox=_own_address(endpoints if isinstance(endpoints, dict) else said, "sharedInbox", uri),
        outbox=_own_address(said, "outbox", uri),
        followers=_own_address(said, "followers", uri),
        following=_own_address(said, "following", uri),
        featured=_own_address(said, "featured", uri),
        locked=flag_of(said, "manuallyApprovesFollowers"),
        discoverable=flag_of(said, "discoverable"),
        indexable=flag_of(said, "indexable"),
        hides_collections=flag_of(said, "hidesCollections"),
        suspended=flag_of(said, "suspended"),
        aliases=uris_of(said, "alsoKnownAs", MOST_ALIASES),
        moved_to=uri_of(value_of(said, "movedTo")),
        created_at=moment_of(value_of(said, "published")) or 0,
        keys=keys,
        emojis=emojis_of(said),
        claimed=name_in(word_of(said, "webfinger", 300)),
        withheld=stated(said),
        implements=_implements(said),
    )


def _own_address(said: Json, name: str, uri: str) -> str:
    """An address of the actor's own host: what is sent there is for nobody else."""
    here = uri_of(value_of(said, name))
    return here if same_host(here, uri) else ""


def name_in(said: str) -> str:
    """`user@host` by which somebody says that they are found, with or without `acct:` before it; "" for what nobody is called."""
    user, _, host = said.removeprefix("acct:").removeprefix("@").partition("@")
    plain = host_of(f"https://{host}") if host else ""
    return f"{user.lower()}@{plain}" if plain and _USER.fullmatch(user) else ""


def _implements(said: Json) -> tuple[str, ...]:
    """Said of the program behind an actor, or by the program's own."""
    generator = value_of(said, "generator")
    by = generator if isinstance(generator, dict) else said
    return uris_of(by, "implements", MOST_IMPLEMENTED)


def _fields(said: Json) -> tuple[Field, ...]:
    """The table of a profile (schema.org PropertyValue): names and values in plain words; a value that is a link is its address."""
    found: list[Field] = []
    for one in values_of(said, "attachment", MOST_FIELDS * 2):
        if "PropertyValue" not in kinds_of(one) or len(found) == MOST_FIELDS:
            continue
        name, value = plain(word_of(one, "name", MOST_FIELD_NAME), MOST_FIELD_NAME), value_of(one, "value")
        if name and isinstance(value, str):
            found.append(Field(name, _field_value(value[: MOST_FIELD_VALUE * 4])))
    return tuple(found)


def _field_value(value: str) -> str:
    read = foreign.read(value)
    text = foreign.text_of(read.html)
    if len(read.links) == 1 and read.links[0].words == text:
        return read.links[0].href
    return clean_line(text, MOST_FIELD_VALUE)


def _picture(said: Json, name: str) -> str:
    """The first picture, or the address that stands for it."""
    return next((at for at, kind in links_of(said, name) if not kind or kind.startswith("image/")), "")


def keys_in(said: Json, uri: str) -> tuple[tuple[KeyRead, ...], tuple[str, ...]]:
    """Keys that are given whole, and where others are: an owner on another host makes a key nobody's."""
    whole: list[KeyRead] = []
    elsewhere: list[str] = []
    for one in (*values_of(said, "publicKey", MOST_KEYS), *values_of(said, "assertionMethod", MOST_KEYS)):
        if isinstance(one, dict):
            whole += _key(one, uri)
        elif (at := address(one)) and same_host(at, uri):
            elsewhere.append(at)
    return tuple(whole), tuple(elsewhere)


def _key(said: Json, uri: str) -> list[KeyRead]:
    id_ = uri_of(said)
    owner = uri_of(value_of(said, "owner")) or uri_of(value_of(said, "controller"))
    if not same_host(id_, uri) or (owner and owner != uri):
        return []
    pem, multibase = value_of(said, "publicKeyPem"), value_of(said, "publicKeyMultibase")
    if isinstance(pem, str) and len(pem) <= MOST_PEM:
        return [KeyRead(id_, owner or uri, pem=pem)]
    if isinstance(multibase, str) and len(multibase) <= MOST_PEM:
        return [KeyRead(id_, owner or uri, multibase=multibase)]
    return []


def read_key(said: object) -> KeyRead:
    """A key that stands at an address of its own, or in whatever stands there. Raises Unreadable."""
    said = an_object(said)
    inner = value_of(said, "publicKey")
    if isinstance(inner, dict):
        found = _key(inner, uri_of(said))
    else:
        owner = uri_of(value_of(said, "owner")) or uri_of(value_of(said, "controller"))
        found = _key(said, owner) if owner else []
    if not found:
        raise Unreadable("no_key")
    return found[0]
