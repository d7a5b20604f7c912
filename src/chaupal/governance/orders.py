"""Orders: a demand is taken in with all that it must name, and each of its targets becomes a case."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
import regex
from msgspec import Meta

from chaupal.governance import log, record
from chaupal.governance.context import Court
from chaupal.governance.lifecycle import State, move
from chaupal.governance.papers import Paper, check_may
from chaupal.kernel.clock import DAY
from chaupal.kernel.errors import Invalid
from chaupal.kernel.ids import parse_id
from chaupal.policy.epitaph import known_country
from chaupal.policy.gate import subjects_of
from chaupal.policy.viewer import Viewer
from chaupal.store import docket, ledger, people
from chaupal.store.docket import Authority, CaseEvent, Order, Said, Target
from chaupal.store.posts import sealed_posts
from chaupal.store.work import Reading

MOST_TARGETS = 2_000
LOOPBACK = {"localhost", "127.0.0.1", "::1"}

_HANDLE = regex.compile(r"@?([A-Za-z0-9_]{1,30})")
_PATH = regex.compile(r"/@([A-Za-z0-9_]{1,30})(?:/([0-9]{1,19}))?/?")


class OrderForm(msgspec.Struct, kw_only=True):
    """An order as the clerk types it. Times are ISO dates, `territory` country codes, `targets` one to a line.

    `record_unknown`: lines that name nothing here are recorded as not found; else they are refused.
    """

    authority: Annotated[int, Meta(ge=0, le=2**63 - 1)] | None = None
    officer: str = ""
    officer_rank: str = ""
    reference_no: str = ""
    legal_basis: str = ""
    grounds: str = ""
    reasons: str = ""
    territory: str = ""
    dated: str = ""
    act_by: str = ""
    ends_at: str = ""
    targets: str = ""
    record_unknown: bool = False


async def receive(court: Court, viewer: Viewer, form: OrderForm) -> str:
    """Take an order in; its public reference (`IN-2026-0001`). Raises NotAllowed, or Invalid with every bad field."""
    me = check_may(viewer, "receive_order")
    paper = Paper()
    async with court.work.reading() as reading:
        issuer = await docket.authority(reading, form.authority or 0)
        new = _read(court, paper, form, issuer, me)
        named = await _read_targets(court, reading, paper, form, new.id)
    paper.check()
    if issuer is None:
        raise Invalid(authority="is not in the register")
    return await _enter(court, new, named, issuer)


def _read(court: Court, paper: Paper, form: OrderForm, issuer: Authority | None, me: int) -> Order:
    now = court.clock()
    new = Order(
        id=court.make_id(), ref="", authority_id=issuer.id if issuer else 0, officer=paper.line("officer", form.officer),
        officer_rank=paper.line("officer_rank", form.officer_rank), reference_no=paper.line("reference_no", form.reference_no),
        legal_basis=paper.line("legal_basis", form.legal_basis), grounds=paper.page("grounds", form.grounds),
        reasons=paper.page("reasons", form.reasons, needed=False), territory=_territory(paper, form.territory, issuer),
        dated=paper.moment("dated", form.dated, needed=True) or 0, received_at=now, act_by=paper.moment("act_by", form.act_by),
        ends_at=paper.moment("ends_at", form.ends_at), received_by=me, log_index=0,
    )  # fmt: skip
    if issuer is None:
        paper.complain("authority", "is not in the register")
    if new.dated > now + DAY:
        paper.complain("dated", "lies in the future")
    if new.ends_at is not None and new.ends_at <= now:
        paper.complain("ends_at", "is past already")
    return new


def _territory(paper: Paper, text: str, issuer: Authority | None) -> tuple[str, ...]:
    codes = tuple(dict.fromkeys(text.upper().replace(",", " ").split()))
    if not codes:
        paper.complain("territory", "can't be blank")
    elif not all(map(known_country, codes)):
        paper.complain("territory", "must be countries' codes of two letters, such as IN; no order binds everywhere")
    elif issuer is not None and codes != (issuer.jurisdiction,):
        # Nobody may order for another country: what one state forbids stays readable in all others.
        paper.complain("territory", "goes beyond the jurisdiction of the authority")
    return codes


# --- targets ---


async def _read_targets(court: Court, reading: Reading, paper: Paper, form: OrderForm, order_id: int) -> list[Target]:
    found: list[Target] = []
    named: set[int] = set()
    wrong: list[str] = []
    for line in _lines(paper, form.targets):
        kind, subject, owner = await _find(reading, court.settings.origin, line)
        if not kind:
            wrong.append(f"{line}: is neither an address of this server nor a handle")
        elif subject is None and not form.record_unknown:
            wrong.append(f"{line}: does not exist here")
        elif subject in named:
            wrong.append(f"{line}: is named twice")
        named |= {subject} if subject is not None else set()
        found.append(
            Target(
                id=court.make_id(), order_id=order_id, number=len(found) + 1, as_written=line, kind=kind, subject_id=subject,
                owner_id=owner,
            )
        )  # fmt: skip
    if wrong:
        paper.complain("targets", "\n".join(wrong[:50]))
    return found


def _lines(paper: Paper, text: str) -> list[str]:
    lines = [line[:500] for line in (part.strip() for part in text.splitlines()) if line]
    if not lines:
        paper.complain("targets", "can't be blank")
    if len(lines) > MOST_TARGETS:
        paper.complain("targets", "are too many for one order")
    if any("\0" in line or not line.isprintable() for line in lines):
        paper.complain("targets", "holds characters that cannot be kept")
        return []
    return lines[:MOST_TARGETS]


async def _find(reading: Reading, origin: str, line: str) -> tuple[str, int | None, int | None]:
    """(kind, subject, whose it is) that a line means; no kind for what cannot be a name here, no subject for nothing."""
    match = _PATH.fullmatch(_path_here(origin, line)) or _HANDLE.fullmatch(line)
    if match is None:
        return "", None, None
    account = await people.id_of(reading, match[1])
    if match.re is _HANDLE or match[2] is None:
        return "account", account, account
    subjects = subjects_of(await sealed_posts(reading, [parse_id(match[2]) or 0]))
    if account is None or not subjects or subjects[0].author != account:
        return "post", None, None
    return "post", subjects[0].id, account


def _path_here(origin: str, line: str) -> str:
    """The path of an address of this server, else nothing. On loopback ports and names may differ from the settings'."""
    try:
        parts, own = urlsplit(line), urlsplit(origin)
    except ValueError:
        return ""
    elsewhere = parts.netloc.lower() != own.netloc.lower()
    if parts.netloc and elsewhere and not {parts.hostname, own.hostname} <= LOOPBACK:
        return ""
    return parts.path if parts.scheme in ("http", "https", "") and parts.path.startswith("/") else ""


# --- one commit ---


async def _enter(court: Court, new: Order, named: list[Target], issuer: Authority) -> str:
    async with court.work.writing() as w:
        await ledger.hold(w)
        ref = await docket.next_ref(w, issuer.jurisdiction, datetime.fromtimestamp(new.received_at / 1000, UTC).year)
        index, _ = await log.append(court, w, "order", ref, record.order(court, new, named, issuer))
        await docket.add_order(w, msgspec.structs.replace(new, ref=ref, log_index=index), named)
        await docket.add_events(w, _first_events(court, new, named, index))
    return ref


def _first_events(court: Court, new: Order, named: list[Target], index: int) -> Iterator[CaseEvent]:
    for target in named:
        came_to = move(State.NEW, "miss" if target.subject_id is None else "receive").to
        yield CaseEvent(
            id=court.make_id(), target_id=target.id, number=1, state=came_to, by=new.received_by, at=new.received_at,
            body=Said(), log_index=index,
        )  # fmt: skip
