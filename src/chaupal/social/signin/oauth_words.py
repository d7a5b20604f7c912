"""What an OAuth 2 server is asked and what it answers, in our own words: the library that decides is brought in with the first app."""

from typing import Any

import msgspec

from chaupal.store.identity.apps import App

OOB = "urn:ietf:wg:oauth:2.0:oob"
GRANT_TYPES = ("authorization_code", "client_credentials")

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
