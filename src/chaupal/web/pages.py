"""A page: one template, the words of the viewer's language, and what every page knows."""

import asyncio
import contextlib
import functools
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from chaupal.http.call import Answer, Call, Handler, page
from chaupal.http.csrf import WORD
from chaupal.http.params import check
from chaupal.kernel.clock import MINUTE, SECOND, iso
from chaupal.kernel.errors import Invalid, Problem, TooMany
from chaupal.policy.measures import labels
from chaupal.policy.passwords import LONGEST, SHORTEST
from chaupal.policy.things import Person
from chaupal.policy.viewer import SUSPENDED, may
from chaupal.reads.explore import trends
from chaupal.reads.explore.trends import TrendingTag
from chaupal.reads.people import announcements, badges, people, suggestions
from chaupal.reads.people.announcements import AnnouncementSeen
from chaupal.reads.people.badges import Badges
from chaupal.social.people import appearance
from chaupal.social.people.appearance import Appearance
from chaupal.social.posts.polls import MOST_OPTIONS
from chaupal.text.length import truncate
from chaupal.web import links, places, static
from chaupal.web.drawing import Frame, Pen
from chaupal.web.words import LANGUAGES, language_of, own_name, words

if TYPE_CHECKING:
    from jinja2 import Environment

APPEARANCE = "appearance"  # the cookie of how pages look
READS = "reads"  # and that of the languages one reads
# Of the routes of pages that are kept: a minute at most, for "5 min ago" must not stand there for an hour.
KEPT: dict[str, Any] = {"kept": True, "kept_for": MINUTE, "shaped_by": (APPEARANCE, READS)}
TRENDS, FEW = 8, 3  # tags, and people, beside a page
ALONE = (
    "office/",
    "parts/",
    "portal/",
    "transparency/",
    "error.html",
    "embed.html",
    "offline.html",
    "joining/first_steps.html",
)  # templates with nothing beside them
CLIPPED = 280  # letters of something that is shown whole elsewhere
TEMPLATES = Path(__file__).parent / "templates"


class Sidebar(msgspec.Struct, frozen=True):
    """What stands beside a page on wide screens: what is talked about, and whom one may like to follow."""

    trends: Sequence[TrendingTag] = ()
    people: Sequence[Person] = ()


class SavedAsked(msgspec.Struct, kw_only=True):
    """`saved`: the page is shown after its form was taken in."""

    saved: bool = False


class MailLink(msgspec.Struct, kw_only=True):
    """A link from a mail."""

    secret: str


class Player(msgspec.Struct, frozen=True):
    """One of the cast of the village, whom a visitor may be."""

    handle: str
    name: str
    part: str = ""


_cast: tuple[Player, ...] = ()


def introduce(cast: Iterable[Player]) -> None:
    """Name the cast for the bar of the village. Called once, when the village opens."""
    global _cast
    _cast = tuple(cast)


async def render(
    call: Call[Any],
    template: str,
    status: int = 0,
    headers: list[tuple[str, str]] | None = None,
    *,
    titled: str = "",
    **context: Any,
) -> Answer:
    """The page, with a mark for the word in its forms (`http.csrf`). Every template gets the names of `common` besides its own.

    `status`: where it is another than 200, or 422 with `errors`. `titled`: a title that is in the catalogues, else `title` is as it is.
    """
    told: dict[str, Any] = {"me": await _me(call), "badges": await _badges(call), "announced": await _announced(call)}
    if titled:
        told["title"] = words(call.viewer.language).gettext(titled)
    native = appearance_of(call).digits == "native"
    names = common(call) | told | context
    names["aside"] = Sidebar() if template.startswith(ALONE) else await sidebar(call)
    frame = Frame(
        call.viewer.language, native, context.get("here") or address_here(call), call.viewer.account, bool(call.csrf)
    )
    names["pen"] = Pen(frame, call.house.reads.clock())
    if (call.viewer.language, native, template) not in _loaded:
        await asyncio.to_thread(load, call.viewer.language, native, template)
    html = environment(call.viewer.language, native).get_template(template).render(names)
    return page(html, status or (422 if context.get("errors") else 200), headers)


def or_again(form: Handler, *problems: type[Problem]) -> Callable[[Handler], Handler]:
    """A handler of what was typed; where one of these `problems` stands in its way, the `form` again, which is given the problem, too."""

    def handler(act: Handler) -> Handler:
        @functools.wraps(act)
        async def run(*asked: Any) -> Answer:
            try:
                return await act(*asked)
            except problems as problem:
                return await form(*asked, problem)

        return run

    return handler


def typed_of[T: msgspec.Struct](call: Call[Any], kind: type[T]) -> T:
    """The form as it came back; an empty one, where something else was asked."""
    return call.args if isinstance(call.args, kind) else kind()


def unread_of[T: msgspec.Struct](call: Call[Any], kind: type[T]) -> T:
    """The form of somebody who came too often: it was not looked at yet, and what it holds may be anything."""
    with contextlib.suppress(Invalid):
        return call.args if isinstance(call.args, kind) else check(kind, dict(call.sent))
    return kind()


def wait_for(call: Call[Any], problem: TooMany) -> str:
    """For how long they must wait, in their language: `5 min`."""
    return words(call.viewer.language).span(max(SECOND, problem.retry_at - call.house.square.clock()))


def common(call: Call[Any]) -> dict[str, Any]:
    """What every page knows. `me` is added by `render`."""
    settings = call.house.settings
    return {
        "call": call,
        "viewer": call.viewer,
        "who": call.caller,
        "signed_in": call.viewer.account is not None,
        "csrf": WORD if call.csrf else "",
        "path": path_of(call),
        "here": address_here(call),
        "settings": settings,
        "site": settings.title_in(call.viewer.language),
        "now": call.house.reads.clock(),
        "village": settings.village,
        "cast": _cast if settings.village else (),
        "may": functools.partial(may, call.viewer),
        "title": "",
        "appearance": appearance_of(call),
    }


def reads_of(call: Call[Any]) -> tuple[str, ...] | None:
    """The languages this viewer reads, as their account says, else as this browser does; empty: all, None: not asked yet."""
    kept = call.caller.reads if call.caller else ""
    return appearance.read_tongues(kept or call.cookies.get(READS, ""))


def appearance_of(call: Call[Any]) -> Appearance:
    """How pages look to this viewer: as their account says, else as this browser does."""
    kept = call.caller.appearance if call.caller else ""
    return appearance.read(kept or call.cookies.get(APPEARANCE, ""))


def path_of(call: Call[Any]) -> str:
    """The path asked for, without query."""
    return call.link.removeprefix(call.house.settings.origin) or "/"


def address_here(call: Call[Any]) -> str:
    """The path asked for with its query: where a form leads back to. After a form itself, the front."""
    if call.route.method != "GET":
        return "/"
    return f"{path_of(call)}?{call.query}" if call.query else path_of(call)


_loading = threading.Lock()
_loaded: set[tuple[str, bool, str]] = set()


def load(language: str, native: bool, template: str) -> None:
    """Compile a template with all that it is made of, in a thread: the first page of all took a third of a second of the loop's."""
    from chaupal.web.templating import referred

    with _loading:
        env = environment(language, native)
        for name in referred(env, template):
            env.get_template(name)
        _loaded.add((language, native, template))


@functools.cache
def environment(language: str, native: bool = False) -> "Environment":
    """One for each language, so that a template finds its words without asking for them. `native`: in its digits, too."""
    from jinja2 import FileSystemLoader, StrictUndefined  # brought in with the first page

    from chaupal.web.templating import Templates, once

    said = words(language)
    env = Templates(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,  # all of them: to know which was asked for last took longer than to find one
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
    )
    env.policies["ext.i18n.trimmed"] = True
    i18n: Any = env
    i18n.install_gettext_callables(
        said.gettext, said.ngettext, newstyle=True, pgettext=said.pgettext, npgettext=said.npgettext
    )
    told: dict[str, Any] = {
        "number": said.number,
        "compact": said.compact,
        "day": said.day,
        "month": said.month,
        "moment": said.moment,
        "ago": said.ago,
    }
    if native:
        told = {name: said.in_digits(say) for name, say in told.items()}
    filters: dict[str, Any] = told | {
        "hue": links.hue,
        "initial": links.initial,
        "own_name": own_name,
        "language_of": language_of,
        "iso": iso,
        "clip": clip,
    }
    names: dict[str, Any] = {
        "_": (say := once(said.gettext)),
        "gettext": say,
        "pgettext": once(said.pgettext),
        "lang": said.language,
        "dir": said.direction,
        "languages": LANGUAGES,
        "static": static.address,
        "links": links,
        "receipts": {code: said.gettext(text) for code, text in labels("receipt").items()},
        "typing": static.typing,
        "setting_groups": places.GROUPS,
        "group_of": places.group_of,
        "shortest_password": SHORTEST,
        "longest_password": LONGEST,
        "most_options": MOST_OPTIONS,
        "has_icons": "icon-apple.png" in static.files(),
        "has_emoji": "emoji.json" in static.files(),
    }
    env.filters.update(filters)
    env.globals.update(names)
    return env


def clip(text: str) -> str:
    """The beginning of a longer text, cut between letters."""
    return truncate(text, CLIPPED)


async def sidebar(call: Call[Any]) -> Sidebar:
    """What is talked about, in the languages that the viewer reads first; and for those who are signed in, people."""
    reads, viewer = call.house.reads, call.viewer
    ours: list[TrendingTag] = []
    for code in reads_of(call) or (viewer.language,):
        ours += [t for t in await trends.tags(reads, viewer, code, TRENDS) if all(t.key != o.key for o in ours)]
    ours.sort(key=lambda t: -t.score)
    rest = await trends.tags(reads, viewer, None, 2 * TRENDS) if len(ours) < TRENDS else []
    known = {t.key for t in ours}
    found = [*ours, *(t for t in rest if t.key not in known)][:TRENDS]
    return Sidebar(found, await _suggested(call))


async def _suggested(call: Call[Any]) -> list[Person]:
    if call.viewer.account is None or (call.caller is not None and call.caller.state != "active"):
        return []
    seen = await suggestions.first_few(call.house.reads, call.viewer, FEW)
    return [one.item for one in seen if not one.withheld]


async def _badges(call: Call[Any]) -> Badges:
    caller = call.caller
    if call.viewer.account is None or (caller is not None and caller.state in ("pending", SUSPENDED)):
        return Badges()
    return await badges.badges_of(call.house.reads, call.viewer)


async def _announced(call: Call[Any]) -> list[AnnouncementSeen]:
    caller = call.caller
    if call.viewer.account is None or (caller is not None and caller.state == "pending"):
        return []
    return await announcements.in_force(call.house.reads, call.viewer, reactions=False)


async def _me(call: Call[Any]) -> Person | None:
    viewer = call.viewer
    # Who waits to be let in has no face yet, and still pages to read.
    if viewer.account is None or (call.caller is not None and call.caller.state == "pending"):
        return None
    return (await people.person(call.house.reads, viewer, viewer.account)).item
