"""Apps register, fetch their tokens and give them back; the page where somebody allows them is in `web`."""

from typing import Any

import msgspec
from msgspec.structs import asdict

from chaupal.http.call import Answer, Call, Nothing, Route, get, json, post
from chaupal.kernel.errors import NotSignedIn
from chaupal.policy.viewer import Caller, Surface
from chaupal.social.people import push
from chaupal.social.signin import oauth
from chaupal.social.signin.oauth import GRANT_TYPES, SCOPES, Outcome

NEVER_KEPT = [("cache-control", "no-store"), ("pragma", "no-cache")]


class NewApp(msgspec.Struct, kw_only=True):
    """`redirect_uris`: one, several in an array, or several in lines. `scopes`: with spaces between, or in an array."""

    client_name: str
    redirect_uris: str | list[str]
    scopes: str | list[str] = "read"
    website: str = ""


class App(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Application/"""

    id: str
    name: str
    website: str | None
    scopes: list[str]
    redirect_uris: list[str]
    redirect_uri: str
    vapid_key: str = ""


class CredentialApp(App, kw_only=True):
    """An app with its secret, told once."""

    client_id: str
    client_secret: str
    client_secret_expires_at: int = 0


class TokenAsked(msgspec.Struct, kw_only=True):
    """RFC 6749 §4.1.3 and §4.4.2, RFC 7636 §4.5."""

    grant_type: str = ""
    client_id: str = ""
    client_secret: str = ""
    code: str = ""
    redirect_uri: str = ""
    code_verifier: str = ""
    scope: str = ""


class RevocationAsked(msgspec.Struct, kw_only=True):
    """RFC 7009 §2.1."""

    token: str = ""
    token_type_hint: str = ""
    client_id: str = ""
    client_secret: str = ""


class Metadata(msgspec.Struct, kw_only=True):
    """RFC 8414 §2."""

    issuer: str
    service_documentation: str
    authorization_endpoint: str
    token_endpoint: str
    revocation_endpoint: str
    userinfo_endpoint: str
    app_registration_endpoint: str
    scopes_supported: list[str]
    response_types_supported: list[str]
    response_modes_supported: list[str]
    grant_types_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
    revocation_endpoint_auth_methods_supported: list[str]
    code_challenge_methods_supported: list[str]


async def register(call: Call[NewApp]) -> CredentialApp:
    """Register an app; its secret is told once."""
    args = call.args
    uris = args.redirect_uris if isinstance(args.redirect_uris, list) else [args.redirect_uris]
    scopes = args.scopes if isinstance(args.scopes, str) else " ".join(args.scopes)
    made = await oauth.register(
        call.house.square, name=args.client_name, redirect_uris=uris, scopes=scopes, website=args.website
    )
    return CredentialApp(**asdict(_shown(call, made.app)), client_id=made.app.client_id, client_secret=made.secret)


async def verify(call: Call[Nothing]) -> App:
    """The app behind the token, be it its own or somebody's."""
    if call.caller is None:
        raise NotSignedIn("token_invalid")
    app = await oauth.app_of(call.house.square, call.caller.app)
    return _shown(call, app) if app else _command_line(call, call.caller)


async def token(call: Call[TokenAsked]) -> Answer:
    """A code, or an app's own secret, for a token."""
    return _answer(await oauth.exchange(call.house.square, asdict(call.args), call.headers.get("authorization", "")))


async def revoke(call: Call[RevocationAsked]) -> Answer:
    """A token opens nothing from now on."""
    return _answer(await oauth.revoke(call.house.square, asdict(call.args), call.headers.get("authorization", "")))


async def metadata(call: Call[Nothing]) -> Metadata:
    """Where apps log in, and what they can ask for (RFC 8414)."""
    origin = call.house.settings.origin
    ways = ["client_secret_basic", "client_secret_post", "none"]
    return Metadata(
        issuer=origin,
        service_documentation=f"{origin}/about/api",
        authorization_endpoint=f"{origin}/oauth/authorize",
        token_endpoint=f"{origin}/oauth/token",
        revocation_endpoint=f"{origin}/oauth/revoke",
        userinfo_endpoint=f"{origin}/oauth/userinfo",
        app_registration_endpoint=f"{origin}/api/v1/apps",
        scopes_supported=list(SCOPES),
        response_types_supported=["code"],
        response_modes_supported=["query"],
        grant_types_supported=list(GRANT_TYPES),
        token_endpoint_auth_methods_supported=ways,
        revocation_endpoint_auth_methods_supported=ways,
        code_challenge_methods_supported=["S256"],
    )


def _shown(call: Call[Any], app: oauth.App) -> App:
    return App(
        id=str(app.id),
        name=app.name,
        website=app.website or None,
        scopes=app.scopes.split(),
        redirect_uris=app.redirect_uris.split("\n"),
        redirect_uri=app.redirect_uris,
        vapid_key=push.told_key(call.house.settings),
    )


def _command_line(call: Call[Any], caller: Caller) -> App:
    """What stands for the app of a token that the operator made."""
    return App(
        id="0",
        name="Command line",
        website=None,
        scopes=sorted(caller.scopes),
        redirect_uris=[oauth.OOB],
        redirect_uri=oauth.OOB,
        vapid_key=push.told_key(call.house.settings),
    )


def _answer(outcome: Outcome) -> Answer:
    headers = [*NEVER_KEPT]
    if outcome.status == 401:
        headers.append(("www-authenticate", 'Basic realm="Chaupal", error="invalid_client"'))
    return json(outcome.body, outcome.status, headers)


ROUTES: tuple[Route, ...] = (
    post("/api/v1/apps", register, Surface.NONE, public=True, limit=(60, 300)),
    get("/api/v1/apps/verify_credentials", verify, Surface.NONE, public=True),
    post("/oauth/token", token, Surface.NONE, public=True, suspended=True, limit=(120, 300)),
    post("/oauth/revoke", revoke, Surface.NONE, public=True, suspended=True),
    get("/.well-known/oauth-authorization-server", metadata, Surface.NONE, public=True),
)
