"""Reporting, without a script and without an account: what is wrong with a post or a profile, and what became of it."""

from typing import Any

import msgspec

from chaupal.governance.people import complaints, reports
from chaupal.governance.people.reports import Guest, Report
from chaupal.http.call import OPEN_PAGE, Answer, Call, Nothing, Route, Shape, get, post
from chaupal.http.paging import Number
from chaupal.kernel.alike import like
from chaupal.kernel.errors import Invalid, NotFound, Problem, TooMany
from chaupal.policy.sealed import Visible
from chaupal.policy.things import Person
from chaupal.policy.viewer import Surface
from chaupal.reads.people import people
from chaupal.reads.timelines import thread
from chaupal.web.court import courtly
from chaupal.web.pages import MailLink, or_again
from chaupal.web.square.cards import Card, cards
from chaupal.web.words import N_


class ReportAsked(msgspec.Struct, kw_only=True):
    """Which post, or which account, is reported."""

    post: Number | None = None
    account: Number | None = None


class ReportTyped(ReportAsked, kw_only=True):
    """What is wrong with it; `name` and `email` of whoever has no account."""

    kind: str = ""
    rules: list[str] = []
    comment: str = ""
    name: str = ""
    email: str = ""
    forward: bool = False


class Subject(msgspec.Struct, frozen=True):
    """What is reported, as whoever reports it sees it."""

    person: Person
    card: Card | None


async def show(call: Call[ReportAsked], problem: Problem | None = None) -> Answer:
    typed = like(ReportTyped, call.args)
    subject = await _subject(call, typed)
    court = call.house.court
    return await courtly.render(
        call,
        "reports/report.html",
        N_("Report"),
        problem,
        typed=typed,
        subject=subject,
        kinds_of=complaints.KINDS,
        book=court.rules.current(court.clock()),
    )


@or_again(show, Invalid, TooMany)
async def send(call: Call[ReportTyped]) -> Answer:
    """File it. What cannot be taken is said beside what was typed."""
    args, court, viewer = call.args, call.house.court, call.viewer
    subject = await _subject(call, args)
    about = subject.card.post.id if subject.card else args.post  # of a repost, what was reposted
    report = Report(
        account=subject.person.id,
        posts=() if about is None else (about,),
        kind=args.kind,
        comment=args.comment,
        rules=tuple(args.rules) if args.kind == "violation" else (),
        forward=args.forward,
    )
    if viewer.account is not None:
        row = await reports.file(court, viewer, report)
        return await courtly.render(
            call, "reports/sent.html", N_("Your report has arrived"), row=row, step="received", whom=subject.person
        )
    await reports.file_as_guest(court, viewer, report, Guest(email=args.email, name=args.name))
    return await courtly.render(call, "reports/sent.html", N_("Almost there"), row=None, step="mailed")


async def show_confirm(call: Call[MailLink], dead: NotFound | None = None) -> Answer:
    """A page with a button: mail scanners follow links, and must not confirm for somebody."""
    secret = call.args.secret
    works = dead is None and await reports.may_confirm(call.house.court, secret)
    step, status = ("ask", 200) if works else ("dead", 404)
    return await courtly.render(
        call, "reports/confirm.html", N_("Your report"), status=status, step=step, secret=secret
    )


@or_again(show_confirm, NotFound)
async def confirm(call: Call[MailLink]) -> Answer:
    row = await reports.confirm(call.house.court, call.args.secret)
    return await courtly.render(call, "reports/sent.html", N_("Your report has arrived"), row=row, step="received")


async def own_reports(call: Call[Nothing]) -> Answer:
    """What one has reported, and what became of it."""
    found = await reports.of_viewer(call.house.court, call.viewer)
    whom = await people.whole(call.house.reads, call.viewer, Surface.OWN, {one.account_id for one in found})
    return await courtly.render(call, "reports/mine.html", N_("Your reports"), found=found, whom=whom)


async def _subject(call: Call[Any], about: ReportAsked) -> Subject:
    """Raises NotFound for what the viewer may not see, for nothing, and for oneself."""
    reads, viewer = call.house.reads, call.viewer
    shown: list[Card] = []
    if about.post is not None:
        seen = await thread.post(reads, viewer, about.post)
        shown = await cards(call, [seen])
        account = (seen.item.inner or seen.item).author
    elif about.account is not None:
        account = about.account
    else:
        raise NotFound
    person: Visible[Person] = await people.person(reads, viewer, account)
    if account == viewer.account:
        raise NotFound
    return Subject(person.item, shown[0] if shown else None)


ROUTES: tuple[Route, ...] = (
    get("/report", show, Surface.STATUS, **OPEN_PAGE),
    post("/report", send, Surface.STATUS, limit=(10, 3_600), **OPEN_PAGE),
    get("/report/confirm/{secret}", show_confirm, Surface.NONE, **OPEN_PAGE),
    post("/report/confirm/{secret}", confirm, Surface.NONE, limit=(20, 1_800), **OPEN_PAGE),
    get("/reports", own_reports, Surface.OWN, shape=Shape.PAGE, suspended=True),
)
