"""The house's own rules at work: a matter is opened and decided, what is in force, and one person's history and strikes."""

from functools import partial

import msgspec

from chaupal.governance.cases import house as house_matters, notes
from chaupal.governance.cases.house import MatterForm
from chaupal.governance.orders.csv_files import BIGGEST
from chaupal.governance.orders.orders import SOURCES
from chaupal.governance.orders.papers import check_may
from chaupal.governance.people import access_audit as looks, recovering
from chaupal.http.call import Answer, Call, Route, redirect
from chaupal.kernel.alike import like
from chaupal.kernel.errors import Conflict, Invalid, NotAllowed, Problem
from chaupal.policy.draft import Draft
from chaupal.policy.viewer import may
from chaupal.reads.court import desk, staffed
from chaupal.web.court import courtly, filing
from chaupal.web.office import case as office_case, room as office_room
from chaupal.web.pages import or_again
from chaupal.web.words import N_


class SanctionTyped(msgspec.Struct, kw_only=True):
    """A matter and what is to be done about it. `house.MatterForm` and `policy.draft.Draft` say what each means.

    A report or somebody's history can lead here with some of it filled in.
    """

    targets: str = ""
    rule: str = ""
    source: str = "staff"
    flagged_by: str = ""
    grounds: str = ""
    report_id: str = ""
    outcome: str = "warn"
    until: str = ""
    permanent: bool = False
    text: str = ""
    territory: str = ""
    done: str = ""

    @property
    def matter(self) -> MatterForm:
        return like(MatterForm, self, report_id=_id(self.report_id), flagged_by=_id(self.flagged_by))

    @property
    def draft(self) -> Draft:
        return like(Draft, self, reason=self.grounds)


def _id(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


class PersonLookedAt(msgspec.Struct, kw_only=True):
    """Somebody by their handle. `purpose`: what their e-mail address is needed for; `note`: among staff.

    `known`: how one knows that an account is theirs whose codes and passkeys are lost; `done`: they were taken away just now.
    """

    handle: str
    purpose: str = ""
    note: str = ""
    known: str = ""
    done: bool = False


async def show(call: Call[SanctionTyped], problem: Problem | None = None) -> Answer:
    house = call.house
    book = house.court.rules.current(house.court.clock())
    made = await staffed.under_own_rules(house.reads)
    return await office_room.render(
        call,
        "office/sanctions.html",
        N_("Our own rules"),
        problem,
        typed=call.args,
        book=book,
        made=made,
        source_choices=SOURCES,
        flaggers=await house_matters.flaggers(house.court, call.viewer),
        called=partial(courtly.called, language=call.viewer.language),
        names=await desk.handles(
            house.reads, call.viewer, [*(row.owner_id for row in made), *(row.decided_by for row in made)]
        ),
    )


@or_again(show, Invalid, NotAllowed)
async def decide(call: Call[SanctionTyped]) -> Answer:
    """Open a matter and decide it. What is opened and cannot be decided so is shown on its own page, with what was typed."""
    args, court = call.args, call.house.court
    matter, outcomes = args.matter, tuple[str, ...]()
    if (listed := call.files.get("csv")) is not None and not listed.empty:
        check_may(call.viewer, "sanction")
        matter, outcomes = await house_matters.with_list(court, matter, listed.data, filing.spoken())
    done = await house_matters.open_and_decide(court, call.viewer, matter, args.draft, outcomes=outcomes)
    if done.problem is not None:
        typed = office_case.typed_of(done.ref, args.draft)
        return await office_case.page(call, done.ref, 1, typed, done.problem)
    if done.targets == 1:
        return redirect(f"/office/orders/{done.ref}/1?done={'act_alone' if done.in_force else 'propose'}")
    return redirect(f"/office/orders/{done.ref}")


async def show_person(call: Call[PersonLookedAt], problem: Problem | None = None, email: str = "") -> Answer:
    house, viewer = call.house, call.viewer
    found = await staffed.history_of(house.reads, viewer, call.args.handle)
    written = await notes.on(house.court, viewer, "account", found.person.item.id)
    return await office_room.render(
        call,
        "office/person.html",
        f"@{found.person.item.handle}",
        problem,
        person=found.person.item,
        made=found.made,
        tally=house_matters.tally(house.court, found.made),
        book=house.court.rules.current(house.court.clock()),
        email=email,
        typed=call.args,
        secured=await desk.with_second_step(house.reads, viewer, [found.person.item.id]),
        notes=written,
        names=await desk.handles(house.reads, viewer, [n.by for n in written]),
        may_see_email=may(viewer, "sanction"),
    )


@or_again(show_person, Invalid, NotAllowed)
async def show_email(call: Call[PersonLookedAt]) -> Answer:
    """Their address, for whoever says what for; that is written down first."""
    found = await staffed.history_of(call.house.reads, call.viewer, call.args.handle)
    email = await looks.email_of(call.house.court, call.viewer, found.person.item.id, call.args.purpose)
    return await show_person(call, email=email)


@or_again(show_person, Invalid)
async def note_person(call: Call[PersonLookedAt]) -> Answer:
    found = await staffed.history_of(call.house.reads, call.viewer, call.args.handle)
    await notes.add(call.house.court, call.viewer, "account", found.person.item.id, call.args.note)
    return redirect(f"/office/people/{found.person.item.handle}#notes")


@or_again(show_person, Invalid, Conflict, NotAllowed)
async def unlock_person(call: Call[PersonLookedAt]) -> Answer:
    """Who lost phone, keys and recovery codes comes in with the password alone."""
    found = await staffed.history_of(call.house.reads, call.viewer, call.args.handle)
    await recovering.unlock(call.house.court, call.viewer, found.person.item.id, call.args.known)
    return redirect(f"/office/people/{found.person.item.handle}?done=1")


ROUTES: tuple[Route, ...] = (
    office_room.page("/office/sanctions", show),
    office_room.form("/office/sanctions", decide, "sanction", body=BIGGEST + 200_000),
    office_room.page("/office/people/{handle}", show_person),
    office_room.form("/office/people/{handle}/email", show_email, "sanction"),
    office_room.form("/office/people/{handle}/unlock", unlock_person, "grant_roles"),
    office_room.form("/office/people/{handle}/note", note_person, "write_notes"),
)
