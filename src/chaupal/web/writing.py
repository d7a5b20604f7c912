"""Writing a post: the form, what was typed into it, its pictures. An error keeps what was typed."""

import secrets
from typing import Any

import msgspec

from chaupal.kernel.errors import Invalid
from chaupal.policy.facts import FROM_WIRE, Visibility
from chaupal.policy.surface import Surface
from chaupal.policy.things import Picture
from chaupal.reads import media as media_reads
from chaupal.reads import thread
from chaupal.social import logins, media, posts
from chaupal.text.language import LANGUAGES, check_language
from chaupal.text.length import MAX_GRAPHEMES
from chaupal.web import links, pages
from chaupal.web.cards import Card, cards
from chaupal.web.said import sentence
from chaupal.web.words import N_, words
from chaupal.wire.call import Answer, Call, redirect
from chaupal.wire.paging import Number
from chaupal.wire.route import Route, Shape, get, post

SLOTS = range(1, 5)  # pictures of one post
AUDIENCES = {
    Visibility.PUBLIC: N_("Public"),
    Visibility.UNLISTED: N_("Public, but in no list"),
    Visibility.PRIVATE: N_("Followers only"),
    Visibility.DIRECT: N_("Mentioned people only"),
}


class Sheet(msgspec.Struct, kw_only=True):
    """The form as it is shown. `key` makes a form that was sent twice one post; `kept`: pictures that arrived before."""

    text: str = ""
    spoiler: str = ""
    visibility: str = "public"
    language: str = ""
    sensitive: bool = False
    reply_to: int | None = None
    answering: str = ""  # a handle
    kept: list[Picture] = []
    key: str = ""
    next: str = "/"
    error: str = ""

    @property
    def unfolded(self) -> bool:
        """Whether something is filled in that would otherwise lie folded away."""
        return bool(self.spoiler or self.kept or self.sensitive)


class Typed(msgspec.Struct, kw_only=True):
    """The form as it comes back. Files come beside it, as `picture1` to `picture4`."""

    text: str = ""
    spoiler: str = ""
    visibility: str = "public"
    language: str = ""
    sensitive: bool = False
    reply_to: Number | None = None
    kept: list[Number] = []
    key: str = ""
    next: str = "/"
    alt1: str = ""
    alt2: str = ""
    alt3: str = ""
    alt4: str = ""


class Begun(msgspec.Struct, kw_only=True):
    """A new post may begin as an answer, or with a text (a tag)."""

    reply_to: Number | None = None
    text: str = ""


async def blank(call: Call[Any]) -> Sheet:
    """An empty form, with what this person's posts start with."""
    login = await logins.login_of(call.house.square, call.viewer)
    return Sheet(
        visibility=login.default_visibility or "public", language=login.default_language,
        sensitive=bool(login.default_sensitive), key=secrets.token_urlsafe(12),
    )  # fmt: skip


async def answer_to(call: Call[Any], card: Card) -> Sheet:
    """A form that answers a post: to its author and whom it mentions, to no wider audience than it has."""
    begun = await blank(call)
    named = dict.fromkeys((card.author.handle, *(m.handle for m in card.post.mentions)))
    own = call.caller.handle if call.caller else ""
    usual = FROM_WIRE.get(begun.visibility, Visibility.PUBLIC)
    return msgspec.structs.replace(
        begun, text="".join(f"@{handle} " for handle in named if handle != own), reply_to=card.post.id,
        answering=card.author.handle, spoiler=card.post.spoiler, visibility=max(usual, card.post.visibility).wire,
        next=links.of(card.post, card.author),
    )  # fmt: skip


async def compose(call: Call[Begun]) -> Answer:
    """The form on a page of its own."""
    card = await _answered(call, call.args.reply_to)
    sheet = await answer_to(call, card) if card else await blank(call)
    if call.args.text:
        sheet.text = call.args.text[:2_000]
    return await show(call, sheet, card)


async def publish(call: Call[Typed]) -> Answer:
    """Take the post in, then lead back; or show the form again with what was typed and what is wrong with it."""
    typed = call.args
    ids = typed.kept[: len(SLOTS)]
    try:
        ids += await _attach(call, typed)
        id_ = await posts.publish(call.house.square, call.viewer, _draft(call, typed, ids))
    except Invalid as problem:
        return await _again(call, typed, ids, problem)
    return redirect(f"{links.back(typed.next)}#p{id_}")


async def show(call: Call[Any], sheet: Sheet, card: Card | None, status: int = 200) -> Answer:
    title = words(call.viewer.language).gettext(N_("Reply") if card else N_("New post"))
    return await pages.render(call, "compose.html", status, card=card, title=title, **form(call, sheet))


def form(call: Call[Any], sheet: Sheet) -> dict[str, Any]:
    """What a template that shows the form needs."""
    return {"compose": sheet, **choices(call)}


def choices(call: Call[Any]) -> dict[str, Any]:
    """What the form offers: audiences and languages."""
    said = words(call.viewer.language).gettext
    return {
        "audiences": [(visibility.wire, said(text)) for visibility, text in AUDIENCES.items()],
        "tongues": [("", said(N_("Found by itself"))), *LANGUAGES.items()],
        "most": MAX_GRAPHEMES,
        "slots": SLOTS,
    }


def _draft(call: Call[Typed], typed: Typed, ids: list[int]) -> posts.Draft:
    return posts.Draft(
        text=typed.text, spoiler=typed.spoiler, visibility=FROM_WIRE.get(typed.visibility, Visibility.DIRECT),
        language=check_language(typed.language) if typed.language else None, sensitive=typed.sensitive,
        reply_to=typed.reply_to, pictures=ids, key=f"page-{typed.key}"[:200] if typed.key else "",
    )  # fmt: skip


async def _attach(call: Call[Typed], typed: Typed) -> list[int]:
    """Ids of the pictures that came along. Those taken in before one that is refused are not lost: they are kept."""
    ids: list[int] = []
    for slot in SLOTS:
        upload = call.files.get(f"picture{slot}")
        if upload is not None and upload.data and len(typed.kept) + len(ids) < len(SLOTS):
            alt = getattr(typed, f"alt{slot}")
            ids.append(await media.attach(call.house.square, call.viewer, upload.data, alt))
    return ids


async def _again(call: Call[Typed], typed: Typed, ids: list[int], problem: Invalid) -> Answer:
    kept = [await media_reads.own(call.house.reads, call.viewer, id_) for id_ in ids]
    card = await _answered(call, typed.reply_to)
    sheet = Sheet(
        text=typed.text, spoiler=typed.spoiler, visibility=typed.visibility, language=typed.language,
        sensitive=typed.sensitive, reply_to=typed.reply_to, answering=card.author.handle if card else "", kept=kept,
        key=typed.key, next=typed.next, error=sentence(problem, call.viewer.language),
    )  # fmt: skip
    return await show(call, sheet, card, problem.status)


async def _answered(call: Call[Any], id_: int | None) -> Card | None:
    if id_ is None:
        return None
    seen = await thread.post(call.house.reads, call.viewer, id_)
    return next(iter(await cards(call, [seen])), None)


WRITES: dict[str, Any] = {"shape": Shape.PAGE, "limit": (300, 10_800)}

ROUTES: tuple[Route, ...] = (
    get("/compose", compose, Surface.THREAD, shape=Shape.PAGE, takes=Begun),
    post("/compose", publish, Surface.THREAD, takes=Typed, body=66_000_000, **WRITES),
)
