"""Writing a post: the form, what was typed into it, its pictures. An error keeps what was typed."""

import contextlib
import hashlib
import secrets
from typing import Any

import msgspec

from chaupal.http.call import Answer, Call, Route, Shape, get, post, redirect
from chaupal.http.limits import POSTING
from chaupal.http.paging import Number
from chaupal.kernel.errors import Invalid, NotAllowed, NotFound
from chaupal.policy import quotes
from chaupal.policy.drafts_and_scheduled import UnsaidPost
from chaupal.policy.facts import FROM_WIRE, Visibility, answering
from chaupal.policy.things import Picture
from chaupal.policy.viewer import Surface
from chaupal.reads.posts import drafts_and_scheduled, media as media_reads
from chaupal.reads.timelines import thread
from chaupal.social.media import captions, films, media
from chaupal.social.posts import drafts_and_scheduled as scheduling, posts
from chaupal.social.posts.composing import MOST_IN_SERIES
from chaupal.social.signin import sessions
from chaupal.text.language import LANGUAGES
from chaupal.text.length import MAX_GRAPHEMES
from chaupal.web import links, pages
from chaupal.web.pages import or_again
from chaupal.web.square.cards import Card, cards
from chaupal.web.square.sheet import (
    SLOTS,
    FurtherPost,
    FurtherTyped,
    PostTyped,
    Sheet,
    following,
    from_local,
    numbered,
    to_local,
    typed_again,
    unsaid_of,
)
from chaupal.web.words import N_, words

SPANS = (300, 1_800, 3_600, 21_600, 43_200, 86_400, 259_200, 604_800)  # seconds that a poll may be open
AUDIENCES = {
    Visibility.PUBLIC: N_("Public"),
    Visibility.UNLISTED: N_("Public, but in no list"),
    Visibility.PRIVATE: N_("Followers only"),
    Visibility.DIRECT: N_("Mentioned people only"),
    Visibility.LOCAL: N_("Only people of this server"),
}
QUOTERS = {
    quotes.PUBLIC: N_("Everybody may quote it"),
    quotes.FOLLOWERS: N_("Followers may quote it"),
    quotes.NOBODY: N_("Nobody may quote it"),
}


class ComposeAsked(msgspec.Struct, kw_only=True):
    """A new post may begin as an answer, with a text (a tag), or with a draft; `plan`: a scheduled one is changed.

    What is shared from elsewhere has a title and an address, too (`share_target` of the manifest)."""

    reply_to: Number | None = None
    text: str = ""
    title: str = ""
    url: str = ""
    draft: Number | None = None
    quote: Number | None = None
    plan: Number | None = None

    @property
    def text_to_begin(self) -> str:
        """The text, or else the title, and the address where it is not in there already."""
        words = self.text or self.title
        return (words if self.url in words else f"{words}\n{self.url}".strip())[:2_000]


async def blank(call: Call[Any]) -> Sheet:
    """An empty form, with what this person's posts start with."""
    login = await sessions.login_of(call.house.square, call.viewer)
    return Sheet(
        visibility=login.default_visibility or "public",
        language=login.default_language,
        sensitive=bool(login.default_sensitive),
        quote_policy=login.default_quote_policy,
        require_alt=bool(login.require_alt),
        key=secrets.token_urlsafe(12),
    )


async def answer_to(call: Call[Any], card: Card) -> Sheet:
    """A form that answers a post: to its author and whom it mentions, to no wider audience than it has."""
    begun = await blank(call)
    named = dict.fromkeys((card.author.handle, *(m.handle for m in card.post.mentions)))
    own = call.caller.handle if call.caller else ""
    usual = FROM_WIRE.get(begun.visibility, Visibility.PUBLIC)
    return msgspec.structs.replace(
        begun,
        text="".join(f"@{handle} " for handle in named if handle != own),
        reply_to=card.post.id,
        answering=card.author.handle,
        spoiler=card.post.spoiler,
        visibility=answering(usual, card.post.visibility).wire,
        next=links.path_of(card.post, card.author),
    )


async def compose(call: Call[ComposeAsked]) -> Answer:
    """The form on a page of its own."""
    if call.args.draft is not None:
        return await _resume(call, await drafts_and_scheduled.draft(call.house.reads, call.viewer, call.args.draft))
    if call.args.plan is not None:
        return await _resume(
            call, await drafts_and_scheduled.scheduled_post(call.house.reads, call.viewer, call.args.plan), plan=True
        )
    card = await answered(call, call.args.reply_to)
    sheet = await answer_to(call, card) if card else await blank(call)
    if call.args.quote is not None:
        card = await answered(call, call.args.quote)
        sheet.quoting = card.post.id if card else None
    if call.args.text_to_begin:
        sheet.text = call.args.text_to_begin
    return await show(call, sheet, card)


async def _resume(call: Call[ComposeAsked], kept: UnsaidPost, *, plan: bool = False) -> Answer:
    """The form as it was when this was kept. What it answers may be gone meanwhile: then it answers nothing."""
    body, pictures = kept.body, await drafts_and_scheduled.uploads(call.house.reads, call.viewer, [kept])
    card, quoted = await _still(call, body.reply_to), await _still(call, body.quoting)
    begun = await blank(call)
    sheet = msgspec.structs.replace(
        begun,
        text=body.text,
        spoiler=body.spoiler,
        visibility=body.visibility or begun.visibility,
        language=body.language,
        sensitive=body.sensitive,
        reply_to=card.post.id if card else None,
        answering=card.author.handle if card else "",
        kept=[pictures[one] for one in body.pictures if one in pictures],
        draft=None if plan else kept.id,
        plan=kept.id if plan else None,
        quoting=quoted.post.id if quoted else None,
        options=list(body.poll.options) if body.poll else [],
        poll_for=body.poll.expires_in if body.poll else 86_400,
        multiple=bool(body.poll and body.poll.multiple),
        hide_totals=bool(body.poll and body.poll.hide_totals),
        quote_policy=body.quote_policy or begun.quote_policy,
        more=[
            FurtherPost(n=n, text=one.text, kept=[pictures[id_] for id_ in one.pictures if id_ in pictures])
            for n, one in enumerate(body.then, 1)
        ],
        at=to_local(kept.at) if plan else to_local(body.at) if body.at else "",
        next=links.path_of(card.post, card.author) if card else "/",
    )
    return await show(call, sheet, card or quoted)


async def again(call: Call[PostTyped], problem: Invalid | NotAllowed | None = None) -> Answer:
    """The form once more, with all that was typed and what is wrong with it."""
    typed = call.args
    if problem is not None and (nth := problem.places.get("nth")):
        problem.places["more_at"] = str(typed.following[int(nth) - 1].n)
    ids = (*typed.kept, *(id_ for one in typed.more[:MOST_IN_SERIES] for id_ in one.kept))
    kept = await drafts_and_scheduled.pictures(call.house.reads, call.viewer, ids)
    card, quoted = await answered(call, typed.reply_to), await _still(call, typed.quoting)
    sheet = typed_again(typed, kept, problem, call.viewer.language)
    sheet.answering = card.author.handle if card else ""
    sheet.require_alt = await asks_for_alts(call)
    return await show(call, sheet, card or quoted, problem.status if problem else 200)


async def _still(call: Call[Any], id_: int | None) -> Card | None:
    try:
        return await answered(call, id_)
    except NotFound:
        return None


@or_again(again, Invalid, NotAllowed)
async def publish(call: Call[PostTyped]) -> Answer:
    """Take in the post, and those that follow it; then lead back. Or the form again with what was typed and what is wrong with it."""
    typed = call.args
    if not typed.quote_policy:
        typed.quote_policy = (await sessions.login_of(call.house.square, call.viewer)).default_quote_policy
    deed = _deed(call)
    await attach(call, typed)
    if typed.at:
        return await _plan(call, typed, from_local(typed.at))
    draft = msgspec.structs.replace(
        scheduling.draft_of(unsaid_of(typed, typed.kept)), key=deed, draft=typed.draft, plan=typed.plan
    )
    id_ = await posts.publish(call.house.square, call.viewer, draft, following(typed))
    return redirect(f"{links.back(typed.next)}#p{id_}")


async def _plan(call: Call[Any], typed: PostTyped, at: int) -> Answer:
    """Say it later; or at that time instead of what waited so far."""
    square, viewer, body = call.house.square, call.viewer, unsaid_of(typed, typed.kept)
    if typed.plan is None:
        await scheduling.schedule(square, viewer, body, at, typed.draft)
    else:
        await scheduling.change(square, viewer, typed.plan, body, at, typed.draft)
    return redirect("/scheduled")


@or_again(again, Invalid)
async def one_more(call: Call[PostTyped]) -> Answer:
    """The form with a field for one more post after those that stand in it. Scripts add it by themselves."""
    typed = call.args
    await attach(call, typed)
    if len(typed.more) + 1 >= MOST_IN_SERIES:
        raise Invalid("series_too_long", most=MOST_IN_SERIES)
    typed.more.append(FurtherTyped(n=max((one.n for one in typed.more), default=0) + 1))
    return await again(call)


async def show(call: Call[Any], sheet: Sheet, card: Card | None, status: int = 200) -> Answer:
    quotes_it = sheet.quoting is not None and sheet.reply_to is None
    title = N_("Edit the post") if sheet.plan else N_("Quote") if quotes_it else N_("Reply") if card else N_("New post")
    return await pages.render(call, "compose.html", status, card=card, titled=title, **form(call, sheet))


def form(call: Call[Any], sheet: Sheet) -> dict[str, Any]:
    """What a template that shows the form needs."""
    return {"compose": sheet, **choices(call)}


def choices(call: Call[Any]) -> dict[str, Any]:
    """What the form offers: audiences and languages."""
    said = words(call.viewer.language).gettext
    return {
        "audiences": [(visibility.wire, said(text)) for visibility, text in AUDIENCES.items()],
        "tongues": [("", said(N_("Found by itself"))), *LANGUAGES.items()],
        "quoters": [(policy, said(text)) for policy, text in QUOTERS.items()],
        "most": MAX_GRAPHEMES,
        "slots": SLOTS,
        "most_posts": MOST_IN_SERIES,
        "spans": [(seconds, words(call.viewer.language).span(seconds * 1_000)) for seconds in SPANS],
        "takes_films": films.ffmpeg(call.house.settings) is not None,
    }


def _deed(call: Call[PostTyped]) -> str:
    """What makes a form that comes twice one post: the key of its page, with all that was typed. Two tabs may hold one page."""
    if not call.args.key:
        return ""
    files = [(field, file.name, file.size) for field, file in call.files.items()]
    return f"page-{hashlib.sha256(msgspec.json.encode((call.args, files))).hexdigest()}"


async def attach(call: Call[Any], typed: PostTyped, *, there: bool = False) -> None:
    """Put the pictures that came along to those kept: those taken in before one that is refused are there, too. Raises Invalid.

    `there`: they are of a post that is there already, which takes in their captions by itself.
    """
    if not there:
        await _describe(call, typed)
    del typed.kept[len(SLOTS) :]
    for slot in SLOTS:
        await _take(call, f"picture{slot}", typed, f"alt{slot}", typed.kept)
    numbered(typed)
    for one in typed.more:
        del one.kept[len(SLOTS) :]
        try:
            await _take(call, f"more_picture{one.n}", one, "alt", one.kept)
        except Invalid as problem:
            problem.places["more_at"] = str(one.n)
            raise
    if not there:
        await _caption(call, typed)


async def _describe(call: Call[Any], typed: PostTyped) -> None:
    """What was said of pictures that had come in before; nothing of those that have gone, or that the form's own post has by now.

    Raises Invalid.
    """
    kept = {*typed.kept, *(id_ for one in typed.more for id_ in one.kept)}
    for id_, said in zip(typed.pictured, typed.described, strict=False):
        if id_ in kept and said.strip():
            with contextlib.suppress(NotFound):
                await media.describe(call.house.square, call.viewer, id_, said, None)


async def _caption(call: Call[Any], typed: PostTyped) -> None:
    """What came along to be read with the film of the form; and what is left out of that. Raises Invalid."""
    told, film = captions_sent(call, typed), await film_of(call, typed)
    if film is None:
        return
    for one in film.captions:
        if typed.captions_of == film.id and one.id not in typed.captioned:
            await captions.change(call.house.square, call.viewer, film.id, captions.CaptionsSent(one.language, ""))
    if told is not None:
        await captions.change(call.house.square, call.viewer, film.id, told)


def captions_sent(call: Call[Any], typed: PostTyped) -> captions.CaptionsSent | None:
    """The file of captions that came along, if one did. Raises Invalid."""
    upload = call.files.get("captions")
    if upload is None or upload.empty:
        return None
    return captions.sent(typed.captions_language, upload.brought)


async def film_of(call: Call[Any], typed: PostTyped) -> Picture | None:
    """The film or sound among the first post's uploads. Raises Invalid where captions came and there is none."""
    for id_ in typed.kept:
        try:
            kept = await media_reads.own_upload(call.house.reads, call.viewer, id_)
        except NotFound:
            continue
        if kept.kind in captions.HEARD:
            return kept
    if captions_sent(call, typed) is not None:
        raise Invalid("captions_no_film")
    return None


async def _take(call: Call[Any], field: str, typed: msgspec.Struct, alt: str, ids: list[int]) -> None:
    """The file of this field, with what the form says of it in `alt`, put to `ids`. Raises Invalid."""
    upload = call.files.get(field)
    if upload is None or upload.empty or len(ids) >= len(SLOTS):
        return
    try:
        ids.append(await media.attach(call.house.square, call.viewer, upload.brought, getattr(typed, alt)))
    except Invalid as problem:
        problem.places["picture"] = alt if "description" in problem.wrong else field
        raise
    setattr(typed, alt, "")  # the picture has it now


async def asks_for_alts(call: Call[Any]) -> bool:
    """Whether whoever writes wants no file to go out without a description."""
    return bool((await sessions.login_of(call.house.square, call.viewer)).require_alt)


async def answered(call: Call[Any], id_: int | None) -> Card | None:
    """The post that is answered, where one is. Raises NotFound."""
    if id_ is None:
        return None
    seen = await thread.post(call.house.reads, call.viewer, id_)
    return next(iter(await cards(call, [seen])), None)


def posts_in(typed: PostTyped) -> int:
    """How many posts a form holds."""
    return 1 + len(typed.following)


WHOLE_FORM = 160_000_000  # bytes of a form with pictures and films, whichever of its buttons is pressed
WRITES: dict[str, Any] = {"shape": Shape.PAGE, "limit": POSTING}

ROUTES: tuple[Route, ...] = (
    get("/compose", compose, Surface.THREAD, shape=Shape.PAGE),
    post("/compose", publish, Surface.THREAD, body=WHOLE_FORM, counts=posts_in, **WRITES),
    post("/compose/more", one_more, Surface.THREAD, body=WHOLE_FORM, **WRITES),
)
