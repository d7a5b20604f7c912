"""Authlib's OAuth 2 server over what was loaded for one request: it decides, and writes nothing.

RFC 6749 (codes, client credentials), RFC 7636 (PKCE, S256 only), RFC 7009 (revocation).
"""

import hmac
from collections.abc import Mapping
from typing import Any

import regex
from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Error, OAuth2Request, TokenMixin, grants
from authlib.oauth2.rfc6749.errors import InvalidRequestError, InvalidScopeError, UnauthorizedClientError
from authlib.oauth2.rfc6749.models import AuthorizationCodeMixin, ClientMixin
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge

from chaupal.kernel.secrets import digest, new_secret
from chaupal.social.signin.oauth import GRANT_TYPES, SAID, SCOPES, Authorization, Outcome, Refused, covers, problem
from chaupal.store.identity.apps import App, Grant, Token

# Authlib refuses requests that are not https; whether ours must be is for the settings to say.
HERE = "https://here/oauth"
# An app on one's own machine listens where there is room, so it may name any port (RFC 8252 §7.3).
_LOOPBACK = regex.compile(r"(http://(?:127\.0\.0\.1|\[::1\])):[0-9]{1,5}(?=[/?]|$)")


def authorize(app: App | None, form: Mapping[str, str], *, staff: bool) -> Authorization:
    """What an authorization request asks for. Raises Refused."""
    server = Server(app, None, 0, staff=staff)
    try:
        grant = server.get_consent_grant(_request("GET", form))
    except OAuth2Error as error:
        raise _refused(error) from error
    # It names in its own words what it refuses, and has none for letters that are not ASCII
    except ValueError as error:
        raise Refused("invalid_request", SAID.get("invalid_request", "The request cannot be read"), "") from error
    return Authorization(
        server.client.app,
        str(grant.redirect_uri),
        str(grant.request.scope),
        form.get("state", ""),
        form.get("code_challenge", ""),
    )


class Client(ClientMixin):
    """An app, as Authlib asks about it. `pkce`: the code at hand was asked for with a challenge."""

    def __init__(self, app: App, *, pkce: bool, staff: bool = True) -> None:
        self.app = app
        self._pkce = pkce
        self._staff = staff

    def get_client_id(self) -> str:
        return self.app.client_id

    def get_default_redirect_uri(self) -> str:
        return self.app.redirect_uris.partition("\n")[0]

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """What is granted of it (RFC 6749 §3.3); None: nothing. Tokodon asks everybody for what staff can do."""
        wanted = dict.fromkeys((scope or "read").split())
        granted = [one for one in wanted if self._staff or not one.startswith("admin:")]
        return " ".join(granted) or None if covers(self.app.scopes, " ".join(wanted)) else None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return _without_port(redirect_uri) in map(_without_port, self.app.redirect_uris.split("\n"))

    def check_client_secret(self, client_secret: str) -> bool:
        return hmac.compare_digest(self.app.secret_hash, digest(client_secret))

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        # Some apps of browsers send no secret: then the proof is the verifier (RFC 7636), or the token itself.
        return method != "none" or self._pkce or endpoint == "revocation"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in GRANT_TYPES


def _without_port(uri: str) -> str:
    """The address of an app on one's own machine at whatever port; any other as it is."""
    found = _LOOPBACK.match(uri)
    return uri if found is None else found[1] + uri[found.end() :]


class Code(AuthorizationCodeMixin):
    """A code, as Authlib asks about it."""

    def __init__(self, grant: Grant) -> None:
        self.grant = grant
        self.code_challenge = grant.challenge
        self.code_challenge_method = grant.challenge_method

    def get_redirect_uri(self) -> str:
        return self.grant.redirect_uri

    def get_scope(self) -> str:
        return self.grant.scopes


class IssuedToken(TokenMixin):
    """A token, as Authlib asks about it."""

    def __init__(self, app: int) -> None:
        self._app = app

    def check_client(self, client: Client) -> bool:
        if client.app.id != self._app:
            raise UnauthorizedClientError
        return True


class OAuthForm(OAuth2Request):
    """A request: a form and nothing else. What came in an Authorization header is in the form too."""

    @property
    def args(self) -> dict[str, str | None]:
        return {}

    @property
    def form(self) -> dict[str, str]:
        return self.payload.data


class Server(AuthorizationServer):
    """For one request. Afterwards: the token `issued`, the used code that was `replayed`, whether one is `revoked`."""

    def __init__(
        self, app: App | None, grant: Grant | None, now: int, *, held_by: int | None = None, staff: bool = True
    ) -> None:
        super().__init__(scopes_supported=SCOPES)
        self.grant = grant
        self.now = now
        self.held_by = held_by
        self.issued: Token | None = None
        self.replayed: Grant | None = None
        self.revoked = False
        self._app = app
        # A code is asked for without a secret, so before there is a code every app may be "none".
        self._client = app and Client(app, pkce=grant is not None and bool(grant.challenge), staff=staff)
        self.register_grant(ByCode, [S256(required=True)])
        self.register_grant(ForItself)
        self.register_token_generator("default", BearerTokenGenerator(_new_token, expires_generator=0))
        self.register_endpoint(Revocation)

    @property
    def client(self) -> Client:
        assert self._client is not None  # noqa: S101 - Authlib has found it
        return self._client

    def exchange(self, form: Mapping[str, str]) -> Outcome:
        if not form.get("grant_type"):
            return problem("invalid_request", "Missing required parameter: grant_type.")
        return self.create_token_response(_request("POST", form))

    def revoke(self, form: Mapping[str, str]) -> Outcome:
        return self.create_endpoint_response("revocation", _request("POST", form))

    def query_client(self, client_id: str) -> Client | None:
        return self._client if self._app is not None and self._app.client_id == client_id else None

    def save_token(self, token: dict[str, Any], request: OAuthForm) -> None:
        code: Code | None = request.authorization_code
        token["scope"] = token.get("scope") or "read"
        token["created_at"] = self.now // 1000
        grant = code.grant if code else None
        self.issued = Token(
            digest(token["access_token"]),
            self.client.app.id,
            grant.account_id if grant else None,
            token["scope"],
            grant.hash if grant else "",
        )

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Authlib's signals are not used."""

    def create_oauth2_request(self, request: OAuthForm) -> OAuthForm:
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> Outcome:
        return Outcome(status, dict(body) if body else {})

    def handle_error_response(self, request: OAuthForm, error: OAuth2Error) -> Outcome:
        return problem(str(error.error), str(error.get_error_description()))


class ByCode(grants.AuthorizationCodeGrant):
    """A token for a code (RFC 6749 §4.1)."""

    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_post", "none"]  # noqa: RUF012 - Authlib's way

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        grant: Grant | None = self.server.grant
        if grant is None or grant.app_id != client.app.id:
            return None
        if grant.used_at is not None:
            self.server.replayed = grant
            return None
        return Code(grant) if self.server.now < grant.expires_at else None

    def delete_authorization_code(self, authorization_code: Code) -> None:
        """It is marked as used when the token is written, in the same commit."""

    def authenticate_user(self, authorization_code: Code) -> int:
        return authorization_code.grant.account_id


class ForItself(grants.ClientCredentialsGrant):
    """A token for the app itself (RFC 6749 §4.4)."""

    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_post"]  # noqa: RUF012 - Authlib's way

    def validate_requested_scope(self) -> None:
        # No app is staff.
        if "admin:" in (self.request.payload.scope or ""):
            raise InvalidScopeError
        super().validate_requested_scope()


class S256(CodeChallenge):
    """PKCE by S256 alone: `plain` would tell the verifier to whoever saw the request."""

    DEFAULT_CODE_CHALLENGE_METHOD = "S256"
    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]  # noqa: RUF012 - Authlib's way

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        data = grant.request.payload.data
        if data.get("code_challenge") and data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("Unsupported 'code_challenge_method'")
        super().validate_code_challenge(grant, redirect_uri)


class Revocation(RevocationEndpoint):
    """An end to a token (RFC 7009)."""

    CLIENT_AUTH_METHODS = ["client_secret_post", "none"]  # noqa: RUF012 - Authlib's way

    def query_token(self, token_string: str, token_type_hint: str | None) -> IssuedToken | None:
        return None if self.server.held_by is None else IssuedToken(self.server.held_by)

    def revoke_token(self, token: IssuedToken, request: OAuthForm) -> None:
        self.server.revoked = True


def _request(method: str, form: Mapping[str, str]) -> OAuthForm:
    asked = OAuthForm(method, HERE)
    asked.payload = BasicOAuth2Payload({name: value for name, value in form.items() if value})
    return asked


def _new_token(**_: Any) -> str:
    return new_secret()


def _refused(error: OAuth2Error) -> Refused:
    code = str(error.error)
    # With an address that it trusts, Authlib answers an error by leading back there.
    back = dict(error()[2]).get("Location", "") if error.redirect_uri else ""
    return Refused(code, SAID.get(code) or str(error.get_error_description()), back)
