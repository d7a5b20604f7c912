"""Texts of the house that its owner can change: what it says of itself, its privacy policy, its terms of service.

Each change is a version of its own that stays readable. Policies and terms bind, so the log holds the hash of every
version of theirs; what the house says of itself binds nobody. Until the owner has written their own, what is shipped holds.
"""

from functools import cache
from hashlib import sha256
from pathlib import Path

import msgspec
import regex
import rfc8785

from chaupal.governance.cases import guards
from chaupal.governance.context import Court, pseudonym
from chaupal.governance.log import log
from chaupal.governance.orders.papers import Paper, check_may
from chaupal.kernel.clock import DAY, iso_day
from chaupal.kernel.errors import Conflict, or_not_found
from chaupal.kernel.settings import Settings
from chaupal.policy.viewer import Viewer
from chaupal.store.court import ledger
from chaupal.store.square import house_texts
from chaupal.store.square.house_texts import HouseText as HouseText
from chaupal_audit.log import entries
from chaupal_audit.tlog import at_minute

ABOUT, PRIVACY, TERMS = "about", "privacy", "terms"
KINDS = (ABOUT, PRIVACY, TERMS)
REFS = {PRIVACY: "privacy-policy", TERMS: "terms-of-service"}  # of their entries in the log; what has none binds nobody
MAY = "edit_texts"
MOST_TEXT = 50_000  # letters
SHIPPED, SHIPPED_ON = Path(__file__).parent / "texts", 1_795_824_000_000  # 28 November 2026
LOCAL = 5 * DAY // 24 + DAY // 48  # days begin by the square's clock
_DAY = regex.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
CHANGED = "text_changed_meanwhile"


class TextForm(msgspec.Struct, kw_only=True):
    """Both languages, in Markdown. `effective_on`: of terms; empty: today. `seen`: the version that was on the page."""

    text: str = ""
    text_hi: str = ""
    effective_on: str = ""
    seen: int | None = None


async def latest(court: Court, kind: str) -> HouseText | None:
    """The newest version, what is shipped where there is none; nothing for what the house has not said of itself."""
    async with court.work.reading() as reading:
        return await house_texts.newest(reading, kind) or shipped(court.settings, kind)


async def privacy(court: Court) -> HouseText:
    """The newest privacy text."""
    return (await every(court, PRIVACY))[0]


async def every(court: Court, kind: str) -> list[HouseText]:
    """All versions, the newest first; what is shipped is the first of them all."""
    first = shipped(court.settings, kind)
    async with court.work.reading() as reading:
        return [*await house_texts.every(reading, kind), *([first] if first else [])]


async def terms(court: Court) -> tuple[HouseText, HouseText | None]:
    """Those in force today, and what they are succeeded by."""
    today = _today(court)
    found = await every(court, TERMS)
    return _with_next(found, max((t for t in found if t.effective_on <= today), key=_order, default=found[-1]))


async def on(court: Court, day: str) -> tuple[HouseText, HouseText | None]:
    """The terms that hold from `day`, and what they are succeeded by. Raises NotFound."""
    found = await every(court, TERMS)
    one = or_not_found(next((t for t in found if t.effective_on == day), None))
    return _with_next(found, one)


def is_effective(court: Court, one: HouseText) -> bool:
    return one.effective_on <= _today(court)


def tried(court: Court, viewer: Viewer, kind: str, form: TextForm) -> HouseText:
    """What would be published, for looking at it. Raises NotAllowed, Invalid by field."""
    me, paper = check_may(viewer, MAY), Paper()
    needed, today = kind != ABOUT, _today(court)
    effective_on = form.effective_on.strip() or today if kind == TERMS else ""
    if effective_on and not _DAY.fullmatch(effective_on):
        paper.complain("effective_on", "no_moment")
    elif effective_on and effective_on < today:
        paper.complain("effective_on", "is_past")
    new = HouseText(
        id=court.make_id(),
        kind=kind,
        version=(form.seen or 0) + 1,
        published_at=court.clock(),
        by=me,
        effective_on=effective_on,
        text=paper.page("text", form.text, needed=needed, most=MOST_TEXT),
        text_hi=paper.page("text_hi", form.text_hi, needed=needed, most=MOST_TEXT),
    )
    if bool(new.text) != bool(new.text_hi):
        paper.complain("text" if new.text_hi else "text_hi", "blank")
    paper.check()
    return new


async def publish(court: Court, viewer: Viewer, kind: str, form: TextForm) -> HouseText:
    """The next version. Raises NotAllowed, Invalid by field, Conflict where it was changed meanwhile or says the same."""
    new = tried(court, viewer, kind, form)
    async with court.work.writing() as w:
        await ledger.hold(w)
        await guards.act(w, viewer, MAY)
        before = await house_texts.every(w, kind)
        was = before[0] if before else shipped(court.settings, kind)
        if form.seen is not None and form.seen != (was.version if was else 0):
            raise Conflict(CHANGED)
        if was and (was.text, was.text_hi, was.effective_on) == (new.text, new.text_hi, new.effective_on):
            raise Conflict("nothing_changed")
        if kind == TERMS:
            _check_day(new, before, shipped(court.settings, kind))
        new = msgspec.structs.replace(new, version=(was.version if was else 0) + 1)
        if kind in REFS:
            new = msgspec.structs.replace(new, log_index=await log.append(court, w, REFS[kind], _public(court, new)))
        if not await house_texts.add(w, new):
            raise Conflict(CHANGED)
    return new


def digest(one: HouseText) -> str:
    """SHA-256, in hex, of both texts as canonical JSON (RFC 8785): what the log holds."""
    return sha256(rfc8785.dumps({"text": one.text, "text_hi": one.text_hi})).hexdigest()


def shipped(settings: Settings, kind: str) -> HouseText | None:
    """What this version of the software says of itself, in the name of this server: version 0."""
    if kind not in REFS:
        return None
    return HouseText(
        id=0,
        kind=kind,
        version=0,
        text=_filled(settings, kind, "en"),
        text_hi=_filled(settings, kind, "hi"),
        effective_on=iso_day(SHIPPED_ON) if kind == TERMS else "",
        published_at=SHIPPED_ON,
        by=0,
    )


def _filled(settings: Settings, kind: str, language: str) -> str:
    mail = settings.contact_email
    contact = f"[{mail}](mailto:{mail})" if mail else f"[{settings.domain}](/about)"
    text = _file(kind, language)
    for name, value in (("title", settings.title_in(language)), ("domain", settings.domain), ("contact", contact)):
        text = text.replace(f"{{{name}}}", value)
    return text


@cache
def _file(kind: str, language: str) -> str:
    return (SHIPPED / f"{kind}.{language}.md").read_text("utf-8").strip()


def _public(court: Court, new: HouseText) -> entries.Policy:
    return entries.Policy(
        version=new.version,
        sha256=digest(new),
        at=at_minute(new.published_at),
        by=pseudonym(court, new.by),
        effective=new.effective_on or None,
    )


def _check_day(new: HouseText, before: list[HouseText], first: HouseText | None) -> None:
    """Terms of one day do not change within it: whoever read them that day has read them."""
    paper = Paper()
    if any(one.effective_on == new.effective_on for one in (*before, *([first] if first else []))):
        paper.complain("effective_on", "is_taken")
    paper.check()


def _with_next(found: list[HouseText], one: HouseText) -> tuple[HouseText, HouseText | None]:
    return one, min((t for t in found if t.effective_on > one.effective_on), key=_order, default=None)


def _order(one: HouseText) -> tuple[str, int]:
    return one.effective_on, one.version


def _today(court: Court) -> str:
    return iso_day(court.clock() + LOCAL)
