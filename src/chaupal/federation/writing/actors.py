"""People of ours, and the server itself, as other servers read them: actors, with the key by which they are known."""

from collections.abc import Sequence
from typing import Any

from chaupal.federation.signing.asked import IMPLEMENTS
from chaupal.federation.writing import addresses
from chaupal.federation.writing.terms import moment
from chaupal.kernel.clock import DAY
from chaupal.kernel.settings import Settings
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Field, Person
from chaupal.policy.verdict import Placeholder
from chaupal.text import html

type Json = dict[str, Any]

# What servers may speak to us by without having tried it (FEP-844e).
GENERATOR: Json = {
    "type": "Application",
    "name": "Chaupal",
    "implements": [{"href": IMPLEMENTS, "name": "RFC-9421: HTTP Message Signatures"}],
}


def person(
    settings: Settings, seen: Visible[Person], public_key: str, *, moved_to: str = "", aliases: Sequence[str] = ()
) -> Json:
    """An actor. `public_key`: PEM; `moved_to`, `aliases`: ids of actors.

    Of somebody who is suspended, or withheld everywhere, no words are left, and it says so: other servers then hide what they have,
    and can show it again.
    """
    one = seen.item
    where = addresses.person(settings.origin, one.handle)
    suspended = isinstance(seen.verdict, Placeholder)
    return {
        "id": where,
        "type": "Service" if one.bot else "Person",
        "following": f"{where}/following",
        "followers": addresses.followers(where),
        "inbox": f"{where}/inbox",
        "outbox": f"{where}/outbox",
        "featured": f"{where}/featured",
        "preferredUsername": one.handle,
        "name": one.name,
        "summary": one.note_html,
        "url": where,
        "manuallyApprovesFollowers": one.locked,
        "discoverable": one.discoverable,
        "indexable": one.indexable,
        "published": moment(one.created_at - one.created_at % DAY),
        **({"suspended": True} if suspended else {}),
        "publicKey": public(where, public_key),
        "generator": GENERATOR,
        "endpoints": {"sharedInbox": addresses.inbox(settings.origin)},
        "attachment": [_line(settings.origin, field) for field in one.fields],
        **_picture("icon", settings.origin, one.avatar),
        **_picture("image", settings.origin, one.header),
        **({"alsoKnownAs": list(aliases)} if aliases else {}),
        **({"movedTo": moved_to} if moved_to else {}),
        **({"attributionDomains": list(one.sites)} if one.sites else {}),
    }


def house(settings: Settings, public_key: str) -> Json:
    """The server's own actor, which asks for things on nobody's behalf."""
    where = addresses.house(settings.origin)
    return {
        "id": where,
        "type": "Application",
        "preferredUsername": addresses.house_name(settings.domain),
        "name": settings.title,
        "inbox": addresses.inbox(settings.origin),
        "outbox": f"{where}/outbox",
        "url": f"{settings.origin}/about",
        "manuallyApprovesFollowers": True,
        "publicKey": public(where, public_key),
        "generator": GENERATOR,
        "endpoints": {"sharedInbox": addresses.inbox(settings.origin)},
    }


def public(actor: str, pem: str) -> Json:
    """The key of an actor, as servers of Mastodon's kind read it."""
    return {"id": addresses.key(actor), "owner": actor, "publicKeyPem": pem}


def _line(origin: str, field: Field) -> Json:
    value = html.field_html(origin, field.value)
    if field.link:  # that it is the same person is said by rel="me", which servers look for on both sides
        value = value.replace('rel="', 'rel="me ', 1)
    return {"type": "PropertyValue", "name": field.name, "value": value}


def _picture(name: str, origin: str, key: str) -> Json:
    """A portrait, by its file key; there is none: nothing is said of it."""
    if not key:
        return {}
    ending = key.rpartition(".")[2]
    return {name: {"type": "Image", "mediaType": f"image/{ending}", "url": f"{origin}/media/{key}"}}
