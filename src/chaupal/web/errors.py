"""Problems as pages: what happened in plain words, and a way on; or the form that was refused again, with what was typed and what is wrong
beside each field, where a page cannot draw its own (what came could not even be read as its fields, or the deed has no page)."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import regex

from chaupal.governance.log.batches import NotYet
from chaupal.http.call import Answer, Call, redirect
from chaupal.kernel.errors import Closed, Invalid, NotSignedIn, Problem, TooMany, WithheldByLaw, coded
from chaupal.web import links, pages
from chaupal.web.account import entering, joining
from chaupal.web.words import N_, by_field, sentence, sentence as sentence_of, words

PLUMBING = frozenset({"csrf", "next", "key"})
SECRETS = frozenset({"password", "old", "new", "secret", "code", "credential"})  # never sent back
MOST_FIELDS = 60
LONG = 60  # letters from which on a field is high

# What a field is called, by its name in the form. What is not here is called as it is there.
LABELS: dict[str, str] = {
    "text": N_("Text"), "spoiler": N_("Content warning"), "name": N_("Name"), "title": N_("Title"), "note": N_("Note"),
    "reason": N_("Reason"), "reasons": N_("Reason"), "email": N_("Email address"), "handle": N_("Username"), "password": N_("Password"),
    "language": N_("Language"), "visibility": N_("Who can see this"), "at": N_("Day and time"), "until": N_("Day and time"),
    "ends_at": N_("Day and time"), "options": N_("Poll"), "description": N_("Image description"), "comment": N_("Comment"), "to": N_("To"),
    "poll_for": N_("Open for"), "quote_policy": N_("Who may quote it"), "kind": N_("What it is"), "legal_basis": N_("Under which law"),
    "grounds": N_("What happened, and why this follows"), "rule": N_("Which rule it breaks"), "outcome": N_("What to do"),
    "role": N_("Role"), "body": N_("Text"), "answer": N_("Answer"), "purpose": N_("What for"), "targets": N_("Targets"),
    "keywords": N_("Words"), "code": N_("Code"),
}  # fmt: skip

_TOKEN = regex.compile(r"[a-z0-9_:./@-]{0,60}")


class FieldTyped(msgspec.Struct, frozen=True):
    """A field as it came back. `shown`: to be mended by hand; else it goes along unseen. `secret`: to be typed anew."""

    name: str
    label: str
    value: str
    error: str = ""
    shown: bool = True
    secret: bool = False
    high: bool = False


def fields(call: Call[Any], problem: Problem) -> list[FieldTyped]:
    """What was typed, each with what is wrong with it. Nothing where no form was sent, or nothing of it can be mended."""
    if not call.sent:
        return []
    said = words(call.viewer.language)
    wrong = by_field(problem, call.viewer.language)
    about = frozenset(wrong)
    taken = {field.encode_name for field in msgspec.structs.fields(call.route.takes)}
    found = [
        FieldTyped(
            name,
            said.gettext(LABELS.get(base, base)),
            "" if base in SECRETS else value.replace("\0", "\ufffd"),
            wrong.pop(base, ""),
            shown=base in about
            or base in SECRETS
            or (base == "text" and bool(value))
            or _TOKEN.fullmatch(value) is None,
            secret=base in SECRETS,
            high=len(value) > LONG or "\n" in value,
        )
        for name, base, value in _flat(call.sent)
        if base in taken and base not in PLUMBING
    ]
    found += [
        FieldTyped(name, said.gettext(LABELS.get(name, name)), "", text)
        for name, text in wrong.items()
        if name in taken
    ]
    first = next((at for at, field in enumerate(found) if field.shown), None)
    if first is None:
        return []
    # About the form as a whole, or about what has another name in it.
    if isinstance(problem, Invalid) and not any(field.error for field in found):
        found[first] = msgspec.structs.replace(found[first], error=sentence(problem, call.viewer.language))
    return found[:MOST_FIELDS]


def back(call: Call[Any]) -> str:
    """Where the form wants to lead to."""
    return links.back(str(call.sent.get("next", "/")))


def _flat(sent: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, str, str]]:
    """Names as forms write them, the field each belongs to, and its text."""
    for key, value in sent.items():
        name = f"{within}[{key}]" if within else key
        if isinstance(value, str):
            yield name, name.partition("[")[0], value
        elif isinstance(value, list):
            for one in value:
                if isinstance(one, str):
                    yield f"{name}[]", name.partition("[")[0], one
        elif isinstance(value, Mapping):
            yield from _flat(value, name)


# `Problem.slug`, or its code where that says more -> heading, and the sentence below it. Where the sentence is empty the problem's own
# message stands.
SAID: dict[str, tuple[str, str]] = {
    "invalid": (N_("This could not be accepted"), ""),
    "malformed": (N_("This request cannot be read"), N_("It may have been cut off on the way. Go back and try again.")),
    "not_signed_in": (
        N_("You are logged out"),
        N_("Nothing of it is lost. Log in on another page, come back to this one, and send it."),
    ),
    "not_allowed": (N_("This is not possible for you"), ""),
    "form_out_of_date": (
        N_("This form is out of date"),
        N_("Nothing was done. Go back, open the page again, and send it once more."),
    ),
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
# Forms of strangers that came too often are drawn again by their own pages.
TOO_OFTEN = {"/login": entering.too_often, "/signup": joining.too_often}
OURS = (N_("Something went wrong on our side"), N_("Nothing was half done. Try again in a moment."))


async def error_page(call: Call[Any], problem: Problem) -> Answer:
    """The problem as a page with its status. Who is not signed in is led to the log-in page (of the portal, where it is
    about that), and back from there, unless they have typed something; who is suspended, to the page on how they stand."""
    way_in = "/portal/login" if call.route.offices else links.query("/login", next=pages.address_here(call))
    if isinstance(problem, TooMany) and call.route.method == "POST" and (form := TOO_OFTEN.get(call.route.path)):
        return await form(call, problem)
    # Of strangers not what came too often: there it is what they come in by.
    again = isinstance(problem, (Invalid, NotSignedIn)) or (isinstance(problem, TooMany) and call.caller is not None)
    typed = fields(call, problem) if again else []
    if isinstance(problem, NotSignedIn) and all(one.secret or not one.shown for one in typed):
        return redirect(way_in)
    if isinstance(problem, Closed) and call.route.method == "GET":
        return redirect("/settings/standing")
    said = words(call.viewer.language)
    title, sentence = SAID.get(coded(problem).code) or SAID.get(problem.slug, OURS)
    told = said.gettext(sentence) if sentence else sentence_of(problem, call.viewer.language)
    if isinstance(problem, NotYet):
        told %= {"when": problem.when}
    elif problem.slug == TooMany.slug and isinstance(problem, TooMany) and problem.retry_at:
        told = said.gettext(N_("Try again in %(span)s.")) % {"span": pages.wait_for(call, problem)}
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
        back=back(call),
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
