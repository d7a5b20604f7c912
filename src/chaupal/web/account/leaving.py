"""Deleting one's account: what goes, what stays and why, the password and one's own name typed; and thinking again."""

from typing import Any

import msgspec

from chaupal.http.call import Answer, Call, Nothing, Route, Shape, get, post, redirect
from chaupal.kernel.clock import DAY
from chaupal.kernel.errors import Conflict, Invalid, NotSignedIn, Problem
from chaupal.policy.viewer import Surface
from chaupal.social.people import leaving
from chaupal.web import pages
from chaupal.web.pages import or_again, typed_of
from chaupal.web.words import N_, errors_of, translated

STAFF = N_("You have a part in the office. Hand it in first; then you can delete your account.")


class LeavingTyped(msgspec.Struct, kw_only=True):
    """The password, and one's own name as the word that must be typed."""

    password: str = ""
    word: str = ""


async def show(call: Call[Any], problem: Problem | None = None) -> Answer:
    staff = isinstance(problem, Conflict)
    return await pages.render(
        call,
        "settings/deletion.html",
        at=await leaving.leaves_at(call.house.square, call.viewer),
        days=leaving.GRACE // DAY,
        elsewhere=call.house.federation is not None,
        errors={"form": translated(call, STAFF)} if staff else errors_of(call, problem),
        word=typed_of(call, LeavingTyped).word,
        titled=N_("Delete your account"),
    )


@or_again(show, Conflict, Invalid)
async def ask(call: Call[LeavingTyped]) -> Answer:
    if call.caller is None:
        raise NotSignedIn
    await leaving.ask(call.house.square, call.viewer, call.caller, call.args.password, call.args.word)
    return redirect("/settings/deletion")


async def stay(call: Call[Nothing]) -> Answer:
    await leaving.stay(call.house.square, call.viewer)
    return redirect("/settings/deletion")


# Whoever is suspended may go, too; what was decided about them stays.
PAGE: dict[str, Any] = {"shape": Shape.PAGE, "suspended": True}

ROUTES: tuple[Route, ...] = (
    get("/settings/deletion", show, Surface.OWN, **PAGE),
    post("/settings/deletion", ask, Surface.OWN, limit=(10, 900), **PAGE),
    post("/settings/deletion/stay", stay, Surface.OWN, **PAGE),
)
