"""Joining from an app: an account by the same rules as on the page, the token that waits for it, and the mail once more."""

import msgspec

from chaupal.http.call import Answer, Call, Nothing, Route, get, json, post
from chaupal.kernel.errors import Conflict, Invalid, NotAllowed, NotSignedIn
from chaupal.kernel.page_languages import LANGUAGES
from chaupal.policy.viewer import Surface
from chaupal.social.people import accounts
from chaupal.social.people.accounts import NewAccount
from chaupal.social.signin import sessions

# What a field is called here, and what apps call it.
CALLED = {"handle": "username"}


class JoinSent(msgspec.Struct, kw_only=True):
    """`agreement`: they have read the rules. `reason`: why, where accounts are approved."""

    username: str = ""
    email: str = ""
    password: str = ""
    agreement: bool = False
    locale: str = ""
    reason: str = ""


class EmailSent(msgspec.Struct, kw_only=True):
    """`email`: another address, where the one that was given is wrong."""

    email: str = ""


class TokenGiven(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Token/"""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - its type, not a token
    scope: str
    created_at: int


async def join(call: Call[JoinSent]) -> TokenGiven:
    """A new account. The token opens nothing until the address is confirmed, where the house asks for that."""
    caller, args = call.caller, call.args
    if caller is None:
        raise NotSignedIn("token_invalid")
    if caller.account is not None:
        raise NotAllowed("for_apps")
    if not args.agreement:
        raise Invalid("agreement_missing")
    square = call.house.square
    new = NewAccount(
        handle=args.username, email=args.email, password=args.password, reason=args.reason, language=_language(call)
    )
    try:
        account = await accounts.sign_up(square, new, call.address)
    except Invalid as problem:
        problem.about({CALLED.get(field, field): found for field, found in problem.wrong.items()})
        raise
    scope = " ".join(sorted(caller.scopes))
    token = await sessions.issue_token(square, account, scope, app=caller.app)
    return TokenGiven(access_token=token, scope=scope, created_at=square.clock() // 1000)


async def mail_again(call: Call[EmailSent]) -> None:
    """The link by which the address is confirmed, once more."""
    try:
        if call.args.email:
            await accounts.correct_email(call.house.square, call.viewer, call.args.email, call.address)
        else:
            await accounts.ask_confirmation(call.house.square, call.viewer)
    except Conflict as problem:
        raise NotAllowed("awaits_nothing") from problem


async def is_confirmed(call: Call[Nothing]) -> Answer:
    """Whether the address is confirmed."""
    login = await sessions.login_of(call.house.square, call.viewer)
    return json(login.confirmed_at is not None)


def _language(call: Call[JoinSent]) -> str:
    wished = call.args.locale.lower().replace("_", "-").partition("-")[0]
    return wished if wished in LANGUAGES else call.viewer.language


ROUTES: tuple[Route, ...] = (
    post("/api/v1/accounts", join, Surface.NONE, scope="write:accounts", public=True, limit=(5, 1_800)),
    post("/api/v1/emails/confirmations", mail_again, Surface.OWN, scope="write:accounts", unready=True, limit=(3, 900)),
    get("/api/v1/emails/check_confirmation", is_confirmed, Surface.OWN, scope="read:accounts", unready=True),
)
