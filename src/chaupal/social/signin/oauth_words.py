"""What an app can be allowed; what an OAuth 2 server is asked and what it answers, in our own words: the library that decides is brought
in with the first app.
"""

from typing import Any

import msgspec

from chaupal.store.identity.apps import App

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
