"""The page on which somebody allows an app to act in their name, or does not (RFC 6749 §4.1.1)."""

from typing import Any

import msgspec
from msgspec.structs import asdict, replace

from chaupal.http.call import Answer, Call, Route, Shape, get, post, redirect
from chaupal.http.headers import CSP, PAGE_CSP
from chaupal.policy.viewer import Surface
from chaupal.social.signin import oauth
from chaupal.social.signin.oauth import OOB, Refused
from chaupal.web import links, pages
from chaupal.web.words import LANGUAGES, N_, words

FAMILIES: dict[str, str] = {
    "profile": N_("See your name and picture"),
    "read": N_("See everything that you can see here"),
    "write": N_("Post, change and delete in your name"),
    "follow": N_("See and change whom you follow, mute and block"),
    "push": N_("Notify you"),
    "admin:read": N_("See what staff can see"),
    "admin:write": N_("Act as staff"),
}
KINDS: dict[str, str] = {
    "accounts": N_("profile and settings"),
    "blocks": N_("blocks"),
    "bookmarks": N_("saved posts"),
    "favourites": N_("likes"),
    "filters": N_("filters"),
    "follows": N_("follows"),
    "lists": N_("lists"),
    "mutes": N_("mutes"),
    "notifications": N_("notifications"),
    "search": N_("search"),
    "statuses": N_("posts"),
    "conversations": N_("conversations"),
    "media": N_("pictures"),
    "reports": N_("reports"),
    "orders": N_("orders"),
    "webhooks": N_("webhooks"),
}
PARTS: dict[str, str] = {
    "read": N_("See: {what}"),
    "write": N_("Change: {what}"),
    "admin:read": N_("See as staff: {what}"),
    "admin:write": N_("Change as staff: {what}"),
}
REFUSED: dict[str, str] = {
    "invalid_client": N_("This app is not known here. It must register again."),
    "invalid_scope": N_("The app asks for more than it may have."),
    "access_denied": N_("The app was not allowed anything."),
}


class ConsentAsked(msgspec.Struct, kw_only=True):
    """RFC 6749 §4.1.1, RFC 7636 §4.3; `force_login` and `lang` as Mastodon's clients send them."""

    response_type: str = ""
    client_id: str = ""
    redirect_uri: str = ""
    scope: str = ""
    state: str = ""
    code_challenge: str = ""
    code_challenge_method: str = ""
    force_login: bool = False
    lang: str = ""


class Decided(ConsentAsked, kw_only=True):
    """The same, with somebody's word: `allow`, or anything else for no."""

    decision: str = ""


async def show(call: Call[ConsentAsked]) -> Answer:
    """Who asks, for what; first of all, who is asked."""
    speak = call.args.lang.partition("-")[0].lower()
    if speak in LANGUAGES:
        call.viewer = replace(call.viewer, language=speak)
    try:
        asked = await oauth.ask(
            call.house.square, _form(call.args), staff=call.viewer.account is None or call.viewer.staff
        )
    except Refused as refused:
        return await _refuse(call, refused)
    if call.viewer.account is None or call.args.force_login:
        return redirect(_login_first(call))
    if call.caller is not None and call.caller.state == "pending":
        return redirect("/welcome")
    return await pages.render(
        call,
        "joining/consent.html",
        200,
        [_policy(asked.redirect_uri)],
        app=asked.app,
        # The scopes are those shown: who is given a role meanwhile allows no more by it.
        asked=_form(call.args) | {"scope": asked.scopes},
        wishes=wishes(call, asked.scopes),
        titled=N_("Allow an app"),
    )


async def decide(call: Call[Decided]) -> Answer:
    """Allowed: back to the app with a code, or the code on a page where there is no way back."""
    try:
        asked = await oauth.ask(call.house.square, _form(call.args), staff=call.viewer.staff)
    except Refused as refused:
        return await _refuse(call, refused)
    if call.args.decision != "allow":
        denied = "The resource owner or authorization server denied the request."
        back = _back(asked.redirect_uri, error="access_denied", error_description=denied, state=asked.state)
        return await _refuse(call, Refused("access_denied", denied, back))
    code = await oauth.allow(call.house.square, call.viewer, asked)
    if asked.redirect_uri == OOB:
        title = words(call.viewer.language).gettext(N_("The code for the app"))
        return await pages.render(call, "joining/code.html", app=asked.app, code=code, title=title)
    return redirect(_back(asked.redirect_uri, code=code, state=asked.state), headers=[_policy(asked.redirect_uri)])


def _form(asked: ConsentAsked) -> dict[str, str]:
    return {name: value for name, value in asdict(asked).items() if isinstance(value, str) and name != "decision"}


def _login_first(call: Call[ConsentAsked]) -> str:
    asked = {name: value for name, value in _form(call.args).items() if value}
    return links.query(
        "/login", next=links.query("/oauth/authorize", **asked), again="1" if call.args.force_login else ""
    )


async def _refuse(call: Call[Any], refused: Refused) -> Answer:
    """Back to the app where its address can be trusted; else a page, for a redirect would serve whoever made up the link."""
    if refused.back and not refused.back.startswith(OOB):
        return redirect(refused.back, headers=[_policy(refused.back)])
    said = words(call.viewer.language)
    reason = REFUSED.get(refused.error, N_("The app's request is not complete. Start again from the app."))
    return await pages.render(
        call, "joining/refused.html", 400, reason=said.gettext(reason), titled=N_("This app cannot be allowed")
    )


def wishes(call: Call[Any], scopes: str) -> list[str]:
    """What an app may do, in sentences."""
    said = words(call.viewer.language)
    return [said.gettext(FAMILIES[s]) if s in FAMILIES else _scope_named(call, s) for s in scopes.split()]


def _scope_named(call: Call[Any], scope: str) -> str:
    """`read:statuses` as `See: posts`."""
    said = words(call.viewer.language)
    family, _, kind = scope.rpartition(":")
    return said.gettext(PARTS[family]).format(what=said.gettext(KINDS.get(kind, kind)))


def _back(uri: str, **params: str) -> str:
    from authlib.common.urls import add_params_to_uri

    return add_params_to_uri(uri, [(name, value) for name, value in params.items() if value])


def _policy(redirect_uri: str) -> tuple[str, str]:
    """Browsers hold `form-action` against where a form's answer leads, too: this page may lead back to its app."""
    site = oauth.site_of(redirect_uri)
    return CSP, PAGE_CSP.replace("form-action 'self'", f"form-action 'self' {site}".rstrip())


ROUTES: tuple[Route, ...] = (
    get("/oauth/authorize", show, Surface.NONE, shape=Shape.PAGE, public=True, unready=True),
    # Who is suspended may let an app in, too: it can appeal for them, and nothing else.
    post("/oauth/authorize", decide, Surface.NONE, shape=Shape.PAGE, limit=(60, 300), suspended=True),
)
