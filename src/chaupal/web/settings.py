"""What one shows of oneself and what new posts start with, on one page."""

from typing import Any, Literal

import msgspec

from chaupal.kernel.errors import Invalid
from chaupal.policy.surface import Surface
from chaupal.reads import people
from chaupal.social import logins, media, profiles
from chaupal.social.profiles import Defaults, Face
from chaupal.web import pages, writing
from chaupal.web.said import sentence
from chaupal.web.words import N_, words
from chaupal.wire.call import Answer, Call, redirect
from chaupal.wire.route import Route, Shape, get, post


class Chosen(msgspec.Struct, kw_only=True):
    """The form as it comes back; `avatar` and `header` come beside it as files."""

    name: str = ""
    note: str = ""
    locked: bool = False
    discoverable: bool = False
    visibility: str = ""
    language: str = ""


class Saved(msgspec.Struct, kw_only=True):
    """`saved`: the page is shown after its form was taken in."""

    saved: bool = False


async def settings(call: Call[Saved]) -> Answer:
    login = await logins.login_of(call.house.square, call.viewer)
    seen = (await people.me(call.house.reads, call.viewer))[0].item
    chosen = Chosen(
        name=seen.name, note=seen.note, locked=seen.locked, discoverable=seen.discoverable,
        visibility=login.default_visibility, language=login.default_language,
    )  # fmt: skip
    return await _show(call, chosen, saved=call.args.saved)


async def change(call: Call[Chosen]) -> Answer:
    """Take it in; or show it again with what was typed, and what is wrong with it beside the field."""
    chosen = call.args
    try:
        avatar, header = await _portrait(call, "avatar"), await _portrait(call, "header")
        face = Face(
            name=chosen.name, note=chosen.note, locked=chosen.locked, discoverable=chosen.discoverable,
            avatar=avatar, header=header,
        )  # fmt: skip
        usual = Defaults(visibility=chosen.visibility or None, language=chosen.language)
        await profiles.change(call.house.square, call.viewer, face, usual)
    except Invalid as problem:
        return await _show(call, chosen, problem=problem)
    return redirect("/settings?saved=1")


async def _portrait(call: Call[Any], kind: Literal["avatar", "header"]) -> str | None:
    upload = call.files.get(kind)
    if upload is None or not upload.data:
        return None
    return await media.keep_portrait(call.house.square, call.viewer, upload.data, kind)


async def _show(call: Call[Any], chosen: Chosen, *, saved: bool = False, problem: Invalid | None = None) -> Answer:
    language = call.viewer.language
    text = sentence(problem, language) if problem else ""
    field = next((name for name in (problem.details if problem else {}) if name in ("name", "note")), "")
    return await pages.render(
        call, "settings.html", 422 if problem else 200, chosen=chosen, saved=saved,
        errors={field or "form": text} if problem else {}, title=words(language).gettext(N_("Settings")),
        **writing.choices(call),
    )  # fmt: skip


PAGE: dict[str, Any] = {"shape": Shape.PAGE}

ROUTES: tuple[Route, ...] = (
    get("/settings", settings, Surface.OWN, takes=Saved, **PAGE),
    post("/settings", change, Surface.OWN, takes=Chosen, body=34_000_000, limit=(60, 3_600), **PAGE),
)
