"""Apps and what they may do in somebody's name: OAuth 2 by Authlib's core, with our store behind it.

Authlib decides; it is synchronous and asks for clients, codes and tokens as it goes. So what it may ask for is loaded
before, it is handed that much (`oauth_server.py`), and what it decided is written after, in one unit of work.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec
import regex

from chaupal.kernel.clock import MINUTE
from chaupal.kernel.errors import Invalid
from chaupal.kernel.secrets import digest, new_secret
from chaupal.policy.viewer import Viewer
from chaupal.social.context import Square
from chaupal.store.identity import apps
from chaupal.store.identity.apps import App, Grant, Token
from chaupal.text.clean import trimmed

OOB = "urn:ietf:wg:oauth:2.0:oob"
GRANT_TYPES = ("authorization_code", "client_credentials")

# https://docs.joinmastodon.org/api/oauth-scopes/
READ = "accounts blocks bookmarks favourites filters follows lists mutes notifications search statuses"
WRITE = f"{READ} conversations media reports".replace(" search", "")
ADMIN = "accounts reports domain_allows domain_blocks ip_blocks email_domain_blocks canonical_email_blocks"
COURT = "orders webhooks"  # ours, not Mastodon's
SCOPES: tuple[str, ...] = (
    "profile",
    "read",
    *(f"read:{s}" for s in READ.split()),
    "write",
    *(f"write:{s}" for s in WRITE.split()),
    "follow",
    "push",
    "admin:read",
    *(f"admin:read:{s}" for s in f"{ADMIN} {COURT}".split()),
    "admin:write",
    *(f"admin:write:{s}" for s in f"{ADMIN} {COURT}".split()),
)
KNOWN = frozenset(SCOPES)

# In the words of the servers that clients know, whatever Authlib's inner words are.
SAID = {
    "invalid_client": "Client authentication failed due to unknown client, no client authentication included, "
    "or unsupported authentication method.",
    "invalid_grant": "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI "
    "used in the authorization request, or was issued to another client.",
    "invalid_scope": "The requested scope is invalid, unknown, or malformed.",
    "unsupported_grant_type": "The authorization grant type is not supported by the authorization server.",
    "unauthorized_client": "You are not authorized to revoke this token",
}
STATUS = {"invalid_client": 401, "unauthorized_client": 403}


class Outcome(msgspec.Struct, frozen=True):
    """What an endpoint answers: JSON with a status."""

    status: int
    body: dict[str, Any]


class Authorization(msgspec.Struct, frozen=True):
    """What an app may be allowed: checked, and waiting for somebody's word."""

    app: App
    redirect_uri: str
    scopes: str
    state: str
    challenge: str


class Refused(Exception):
    """An app asked for what cannot be. `back`: the address to send the browser to, or empty where that cannot be trusted."""

    def __init__(self, error: str, description: str, back: str = "") -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.back = back


def problem(error: str, description: str = "") -> Outcome:
    """An error in the shape of RFC 6749 §5.2."""
    return Outcome(STATUS.get(error, 400), {"error": error, "error_description": SAID.get(error) or description})


def covers(held: str, wanted: str) -> bool:
    """Whether every wanted scope is held, itself or by its family (`read` covers `read:statuses`)."""
    mine = frozenset(held.split())
    return all(_family(scope) & mine for scope in wanted.split())


def _family(scope: str) -> frozenset[str]:
    """`admin:read:accounts` -> itself, `admin:read`. `admin` alone is nobody's."""
    parts = scope.split(":")
    return frozenset(":".join(parts[:n]) for n in range(1, len(parts) + 1))


CODE_LASTS = 10 * MINUTE
LONGEST_URIS = 2_000  # together, as on Mastodon's servers; a website's

# Schemes that a browser runs or reads from the visitor's own machine.
FORBIDDEN_SCHEMES = frozenset({"javascript", "data", "vbscript", "file", "blob", "about", "mailto", "view-source"})
_URI = regex.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[\x21\x23-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e%]+")
_SITE = regex.compile(r"[A-Za-z0-9.:\[\]-]+")


class NewApp(msgspec.Struct, frozen=True):
    """A registered app and the one time its secret is told."""

    app: App
    secret: str


async def register(square: Square, *, name: str, redirect_uris: list[str], scopes: str, website: str = "") -> NewApp:
    """A new app; anyone may register one. Raises Invalid by field."""
    name = trimmed(name)
    if not name or not name.isprintable():
        raise Invalid("app_unnamed")
    if len(name) > 60 or len(website) > LONGEST_URIS:
        raise Invalid("app_name_too_long")
    uris = check_redirect_uris(redirect_uris)
    unknown = [s for s in scopes.split() if s not in KNOWN]
    if unknown:
        raise Invalid("scopes_unknown")
    secret = new_secret()
    app = App(
        square.make_id(),
        new_secret(),
        digest(secret),
        name,
        _website(website),
        "\n".join(uris),
        " ".join(dict.fromkeys(scopes.split())) or "read",
    )
    async with square.work.writing() as w:
        await apps.add_app(w, app)
    return NewApp(app, secret)


async def app_of(square: Square, id_: int) -> App | None:
    """The app behind a token."""
    async with square.work.reading() as reading:
        return await apps.app(reading, id_)


async def ask(square: Square, form: Mapping[str, str], *, staff: bool) -> Authorization:
    """What an app asks to be allowed, checked; for the page on which somebody decides.

    Raises `Refused`: with the address to send the browser back to, or without one where that itself is wrong.
    """
    # With Authlib: here, where an app asks, and not at the start
    from chaupal.social.signin.oauth_server import authorize

    async with square.work.reading() as reading:
        app = await apps.app_called(reading, form.get("client_id", ""))
    return authorize(app, form, staff=staff)


async def allow(square: Square, viewer: Viewer, authorization: Authorization) -> str:
    """The code that the app can fetch its token with, once, within ten minutes."""
    code = new_secret()
    grant = Grant(
        digest(code),
        authorization.app.id,
        viewer.me,
        authorization.redirect_uri,
        authorization.scopes,
        authorization.challenge,
        "S256" if authorization.challenge else "",
        square.clock() + CODE_LASTS,
    )
    async with square.work.writing() as w:
        await apps.add_grant(w, grant)
    return code


async def exchange(square: Square, form: Mapping[str, str], authorization: str = "") -> Outcome:
    """A token for a code, or for the app itself: what the token endpoint answers. `authorization`: the header, if any."""
    from chaupal.social.signin.oauth_server import Server

    form = with_client(form, authorization)
    code = form.get("code", "")
    async with square.work.reading() as reading:
        app = await apps.app_called(reading, form.get("client_id", ""))
        grant = await apps.grant(reading, digest(code)) if code else None
    server = Server(app, grant, square.clock())
    outcome = server.exchange(form)
    if server.replayed is not None:
        async with square.work.writing() as w:
            await apps.revoke_granted(w, server.replayed.hash)
    return outcome if server.issued is None else await _keep(square, server.issued, outcome)


async def revoke(square: Square, form: Mapping[str, str], authorization: str = "") -> Outcome:
    """The token ends, if it is the app's; saying so again is no error (RFC 7009)."""
    from chaupal.social.signin.oauth_server import Server

    form = with_client(form, authorization)
    hash_ = digest(form.get("token", ""))
    async with square.work.reading() as reading:
        app = await apps.app_called(reading, form.get("client_id", ""))
        holder = await apps.app_of_token(reading, hash_)
    server = Server(app, None, square.clock(), held_by=holder)
    outcome = server.revoke(form)
    if server.revoked:
        async with square.work.writing() as w:
            await apps.revoke(w, hash_)
    return outcome


def with_client(form: Mapping[str, str], authorization: str) -> dict[str, str]:
    """The form with the app's name and secret from an Authorization header; one that cannot be read is none."""
    from authlib.oauth2.rfc6749.util import extract_basic_authorization

    try:
        name, secret = extract_basic_authorization({"Authorization": authorization})
    except ValueError:  # not UTF-8, or nothing behind "Basic"
        name, secret = None, None
    return {**form, "client_id": name, "client_secret": secret or "-"} if name else dict(form)


def check_redirect_uris(uris: list[str]) -> list[str]:
    """Addresses that a browser can be sent back to. Raises Invalid."""
    wanted = list(dict.fromkeys(uri for line in uris for uri in line.split()))
    if not wanted:
        raise Invalid("redirect_blank")
    if len("\n".join(wanted)) > LONGEST_URIS or any(not _may_redirect(uri) for uri in wanted):
        raise Invalid("redirect_invalid")
    return wanted


def site_of(redirect_uri: str) -> str:
    """The source of a redirect address as a content security policy names it; empty for none."""
    parts = urlsplit(redirect_uri)
    if redirect_uri == OOB:
        return ""
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") else f"{parts.scheme}:"


def _may_redirect(uri: str) -> bool:
    if not _URI.fullmatch(uri) or "#" in uri:
        return False
    try:
        parts = urlsplit(uri)
    except ValueError:
        return False
    if parts.scheme in ("http", "https"):
        return bool(_SITE.fullmatch(parts.netloc))
    return parts.scheme not in FORBIDDEN_SCHEMES


def _website(website: str) -> str:
    website = website.strip()
    return website if website.isprintable() and website.lower().startswith(("https://", "http://")) else ""


async def _keep(square: Square, token: Token, outcome: Outcome) -> Outcome:
    async with square.work.writing() as w:
        # Two may come with the same code at once: the second ends what the first was given (RFC 6749 §4.1.2).
        if token.grant_hash and not await apps.use_grant(w, token.grant_hash):
            await apps.revoke_granted(w, token.grant_hash)
            return problem("invalid_grant")
        await apps.add_token(w, square.make_id(), token)
    return outcome
