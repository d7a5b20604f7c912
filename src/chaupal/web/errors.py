"""Problems as pages: what happened in plain words, and a way on."""

from typing import Any

from chaupal.governance.log.batches import NotYet
from chaupal.http.call import Answer, Call, redirect
from chaupal.kernel.clock import SECOND
from chaupal.kernel.errors import Closed, GuessedAt, Invalid, NotSignedIn, Problem, TooMany, WithheldByLaw
from chaupal.web import links, mending, pages
from chaupal.web.account import entering
from chaupal.web.words import N_, sentence as sentence_of, words

# `Problem.slug` -> heading, and the sentence below it. Where the sentence is empty the problem's own message stands.
SAID: dict[str, tuple[str, str]] = {
    "invalid": (N_("This could not be accepted"), ""),
    "malformed": (N_("This request cannot be read"), N_("It may have been cut off on the way. Go back and try again.")),
    "not_signed_in": (
        N_("You are logged out"),
        N_("Nothing of it is lost. Log in on another page, come back to this one, and send it."),
    ),
    "not_allowed": (N_("This is not possible for you"), ""),
    "closed": (N_("Your account is suspended"), ""),
    "not_found": (N_("There is nothing here"), N_("It may have been deleted, or it may not be meant for you.")),
    "log_not_yet": (
        N_("This is not signed yet"),
        N_("The log is signed at fixed hours. Come back after the next one: %(when)s."),
    ),
    "wrong_method": (N_("There is nothing here"), N_("This address takes forms only.")),
    "conflict": (N_("This has changed meanwhile"), ""),
    "too_large": (N_("This is too large"), N_("Choose a smaller file, or a shorter text.")),
    "too_many": (N_("Too many at once"), N_("Wait a little, then try again.")),
    "guessed_at": (
        N_("Somebody guesses at this name"),
        N_("For a quarter of an hour it is open only where you have logged in before."),
    ),
    "unavailable": (N_("Not possible at the moment"), N_("Nothing was half done. Try again in a moment.")),
    "full": (
        N_("There is no room left here"),
        N_("Nothing was kept of what you sent. Whoever runs this server has to make room; try again later."),
    ),
    "suspended": (N_("Account suspended"), N_("Nothing of it is shown while that lasts.")),
    "withheld": (N_("Not shown in your country"), N_("It can still be seen in other countries.")),
}
OURS = (N_("Something went wrong on our side"), N_("Nothing was half done. Try again in a moment."))


async def error_page(call: Call[Any], problem: Problem) -> Answer:
    """The problem as a page with its status. Who is not signed in is led to the log-in page (of the portal, where it is
    about that), and back from there, unless they have typed something; who is suspended, to the page on how they stand."""
    way_in = "/portal/login" if call.route.offices else links.query("/login", next=pages.address_here(call))
    typed = mending.fields(call, problem) if isinstance(problem, (Invalid, NotSignedIn)) else []
    if isinstance(problem, NotSignedIn) and all(one.secret or not one.shown for one in typed):
        return redirect(way_in)
    if isinstance(problem, Closed) and call.route.method == "GET":
        return redirect("/settings/standing")
    if isinstance(problem, GuessedAt) and call.route.path == "/login":
        return await entering.guessed_at(call)
    said = words(call.viewer.language)
    title, sentence = SAID.get(problem.slug, OURS)
    told = said.gettext(sentence) if sentence else sentence_of(problem, call.viewer.language)
    if isinstance(problem, NotYet):
        told %= {"when": problem.when}
    elif problem.slug == TooMany.slug and isinstance(problem, TooMany) and problem.retry_at:
        wait = max(SECOND, problem.retry_at - call.house.square.clock())
        told = said.gettext(N_("Try again in %(span)s.")) % {"span": said.span(wait)}
    if typed and isinstance(problem, Invalid):
        told = said.gettext(N_("Nothing of it is lost. Mend what is marked, and send it once more."))
    return await pages.render(
        call,
        "error.html",
        problem.status,
        headers_of(problem),
        problem=problem,
        titled=title,
        sentence=told,
        typed=typed,
        back=mending.back(call),
        way_in=way_in,
        files=bool(call.files),
    )


def headers_of(problem: Problem) -> list[tuple[str, str]]:
    """What the status asks for beside the page."""
    if isinstance(problem, WithheldByLaw) and problem.notice_url:
        return blocked_by(problem.notice_url)
    return []


def blocked_by(url: str) -> list[tuple[str, str]]:
    """Headers of a 451: who blocks (RFC 7725 §4), and that nobody may cache it, since a proxy abroad would serve India's
    answer (§3).
    """
    return [("link", f'<{url}>; rel="blocked-by"'), ("cache-control", "private, no-store")]
