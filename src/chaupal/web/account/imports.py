"""Bringing one's past along, page by page: the file, how far it has come, and what could not be brought and why."""

from typing import Any

import msgspec

from chaupal.kernel.errors import Conflict, Invalid
from chaupal.policy.surface import Surface
from chaupal.social.archives import imports, past, past_posts, past_ties
from chaupal.social.archives.imports import Brought
from chaupal.web import pages
from chaupal.web.said import sentence
from chaupal.web.words import N_, words
from chaupal.wire.call import Answer, Call, redirect
from chaupal.wire.paging import Number
from chaupal.wire.route import Nothing, Route, Shape, get, post

KINDS: dict[str, str] = {
    "": N_("What the file says it is"), "archive": N_("An archive with posts"), "follows": N_("Whom I follow"),
    "blocks": N_("Whom I block"), "mutes": N_("Whom I mute"), "bookmarks": N_("Saved posts"), "lists": N_("Lists of people"),
    "domains": N_("Blocked servers"),
}  # fmt: skip
FOR_WHOM: dict[str, str] = {
    "": N_("For whom they were"), "unlisted": N_("Not on Local"), "private": N_("For my followers only"),
}  # fmt: skip
STATES: dict[str, str] = {
    "waiting": N_("Waits for its turn"), "running": N_("Is being brought in"), "done": N_("Done"),
    "refused": N_("Cannot be taken"), "stopped": N_("Stopped"),
}  # fmt: skip
# Reasons that can be said in full; others name a file or a number and stay as they are.
REASONS: dict[str, str] = {
    past.BROKEN: N_("It cannot be read."), past.UNDATED: N_("Its date cannot be read."),
    past_posts.EMPTY: N_("Nothing is left of it without what cannot be brought."),
    past_posts.LONG: N_("It is longer than the server keeps posts."),
    past_posts.LATER: N_("Its date is in the future or long past."),
    past_posts.LIMITED: N_("A decision of this server limits it."),
    past_ties.ELSEWHERE: N_("It is on another server."), past_ties.NOBODY: N_("There is nobody of this name here."),
    past_ties.DOMAINS: N_("This server does not talk to others, so no server need be blocked."),
    past_ties.ASKED: N_("They were asked and have not let you follow them yet; a list holds whom you follow."),
    past.SHORT: N_("Twitter’s archive holds only its beginning; that came."), imports.WITHDRAWN: N_("You stopped it."),
    imports.CLOSED: N_("Your account is limited."),
    "it holds names that lead out of it": N_("It holds names that lead out of it."),
    "it holds links to other files": N_("It holds links to other files."),
    "it is locked with a password": N_("It is locked with a password."),
    "the ZIP file is damaged": N_("The ZIP file is damaged."), "the tar.gz file is damaged": N_("The tar.gz file is damaged."),
    "it is neither a ZIP file nor a tar.gz file that can be read": N_("It is neither a ZIP file nor a tar.gz file that can be read."),
    past.OTHERS: N_("It is a repost of somebody else’s post."), past_posts.GONE: N_("It is not in the archive."),
    "This action is not allowed": N_("This is not possible between you and them."), "Record not found": N_("It is not here."),
}  # fmt: skip
# The same where a number stands in them: how they begin.
BEGINNINGS: dict[str, str] = {
    "it holds more than": N_("It holds too many files."), "unpacked it is larger": N_("Unpacked it is too large."),
    "more than": N_("At most four pictures go into one post."),
}  # fmt: skip
WRONG: dict[str, str] = {
    "can't be blank": N_("Choose a file."), "too large": N_("The file is too large for this page."),
    "is not known": N_("The file does not say what it is. Choose it yourself."),
}  # fmt: skip
BUSY = N_("Another file of yours is still being brought in.")


class Sent(msgspec.Struct, kw_only=True):
    kind: str = ""
    visibility: str = ""


class One(msgspec.Struct, kw_only=True):
    id: Number


def reason(why: str, language: str) -> str:
    """Why something could not be brought, in the viewer's language; a file's name stays before what is about it."""
    return " ".join(_reason(part, language) for part in why.split("; "))


def _reason(part: str, language: str) -> str:
    said = words(language).gettext
    known = REASONS.get(part) or next((text for begin, text in BEGINNINGS.items() if part.startswith(begin)), "")
    if known:
        return said(known)
    name, colon, rest = part.partition(": ")
    if colon and name != "Validation failed":
        return f"{name}: {_reason(rest, language)}"
    return sentence(Invalid(part), language)


async def show(call: Call[Nothing]) -> Answer:
    return await _show(call, Sent(), {})


async def bring(call: Call[Sent]) -> Answer:
    """To the page of its progress; or the form again with what is wrong beside the field."""
    file, args = call.files.get("file"), call.args
    said = words(call.viewer.language).gettext
    brought = Brought(file.name if file else "", file.data if file else b"", args.kind, args.visibility)
    try:
        id_ = await imports.take_in(call.house.square, call.viewer, brought)
    except Invalid as problem:
        errors = {
            name: said(WRONG.get(text, N_("This cannot be taken as it is."))) for name, text in problem.details.items()
        }
        return await _show(call, args, errors)
    except Conflict:
        return await _show(call, args, {"form": said(BUSY)})
    return redirect(f"/settings/import/{id_}")


async def one(call: Call[One]) -> Answer:
    """Drawn anew every few seconds while it is worked through, without a script."""
    found, faults = await imports.one(call.house.square, call.viewer, call.args.id)
    said = words(call.viewer.language).gettext
    return await pages.render(
        call, "settings/import_one.html", one=found, faults=[(f.number, f.item, reason(f.why, call.viewer.language)) for f in faults],
        why=reason(found.why, call.viewer.language) if found.why else "", kind=said(KINDS[found.kind]),
        state=said(STATES[found.state]), running=found.state in ("waiting", "running"), most=imports.MOST_FAULTS,
        title=said(N_("Import")),
    )  # fmt: skip


async def stop(call: Call[One]) -> Answer:
    await imports.stop(call.house.square, call.viewer, call.args.id)
    return redirect(f"/settings/import/{call.args.id}")


async def _show(call: Call[Any], sent: Sent, errors: dict[str, str]) -> Answer:
    said = words(call.viewer.language).gettext
    return await pages.render(
        call, "settings/import.html", 422 if errors else 200, sent=sent, errors=errors,
        mine=[(m, said(KINDS[m.kind]), said(STATES[m.state])) for m in await imports.mine(call.house.square, call.viewer)],
        kinds=[(k, said(v)) for k, v in KINDS.items()], whom=[(k, said(v)) for k, v in FOR_WHOM.items()],
        most=imports.MOST_BYTES // 1_000_000, title=said(N_("Import")),
    )  # fmt: skip


PAGE: dict[str, Any] = {"shape": Shape.PAGE}

ROUTES: tuple[Route, ...] = (
    get("/settings/import", show, Surface.OWN, **PAGE),
    post(
        "/settings/import", bring, Surface.OWN, takes=Sent, body=imports.MOST_BYTES + 100_000, limit=(10, 3_600), **PAGE
    ),
    get("/settings/import/{id}", one, Surface.OWN, takes=One, **PAGE),
    post("/settings/import/{id}/stop", stop, Surface.OWN, takes=One, **PAGE),
)
