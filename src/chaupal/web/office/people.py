"""Who has which part in the office; who is protected because of what they speak for; and who looked at what is private."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from chaupal.governance.people import access_audit as looks, recovering, role_grants, speakers
from chaupal.governance.people.speakers import SpeakerForm
from chaupal.http.call import Answer, Call, Route, redirect
from chaupal.http.paging import ById, Number
from chaupal.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, Problem
from chaupal.policy.viewer import Role
from chaupal.reads.court import desk
from chaupal.reads.people import people
from chaupal.web import links
from chaupal.web.office import room as office_room
from chaupal.web.pages import or_again, typed_of
from chaupal.web.words import N_

MOST_LOOKS = 100


class RoleTyped(msgspec.Struct, kw_only=True):
    """Whose role becomes which."""

    handle: str = ""
    role: str = ""


class StaffAsked(msgspec.Struct, kw_only=True):
    """`told`: who was just given another role, or asked to set up codes or a passkey."""

    told: Annotated[str, Meta(max_length=60)] = ""


class PersonNamed(msgspec.Struct, kw_only=True):
    handle: str


class LooksAsked(msgspec.Struct, kw_only=True):
    """Looks of one of the staff, or at one kind of thing, below an id."""

    who: Annotated[str, Meta(max_length=60)] = ""
    what: str = ""
    below: Number | None = None


# --- roles ---


async def show_staff(call: Call[StaffAsked], problem: Problem | None = None) -> Answer:
    known = await desk.staff(call.house.reads, call.viewer)
    secured = await desk.with_second_step(call.house.reads, call.viewer, [person.id for person in known])
    return await office_room.render(
        call,
        "office/people.html",
        N_("People and roles"),
        problem,
        known=known,
        secured=secured,
        told=await _handle(call, getattr(call.args, "told", "")),
        typed=typed_of(call, RoleTyped),
        given=[role.value for role in role_grants.GIVEN],
    )


@or_again(show_staff, Invalid, Conflict, NotAllowed)
async def grant(call: Call[RoleTyped]) -> Answer:
    args = call.args
    if args.role not in role_grants.GIVEN:
        raise Invalid("role_unknown")
    account = await _account(call, args.handle)
    if not await role_grants.grant(call.house.court, call.viewer, account, Role(args.role)):
        raise Conflict("role_held")
    return redirect(links.query("/office/people", told=args.handle.strip().removeprefix("@")))


@or_again(show_staff, Conflict)
async def ask_for_second_step(call: Call[PersonNamed]) -> Answer:
    account = await _account(call, call.args.handle)
    await recovering.ask_for_second_step(call.house.court, call.viewer, account)
    return redirect(links.query("/office/people", told=call.args.handle))


async def _handle(call: Call[Any], named: str) -> str:
    """As they are called here; "" for nobody: a link can say any name."""
    try:
        return (await people.named(call.house.reads, call.viewer, named)).item.handle if named else ""
    except NotFound:
        return ""


async def _account(call: Call[Any], handle: str) -> int:
    try:
        return (await people.named(call.house.reads, call.viewer, handle)).item.id
    except NotFound as error:
        raise Invalid("handle_unknown") from error


# --- protected speakers ---


async def show_speakers(call: Call[Any], problem: Problem | None = None, read: dict[int, str] | None = None) -> Answer:
    known = await speakers.listed(call.house.court, call.viewer)
    ids = {id_ for one in known for id_ in (one.account_id, one.granted_by, one.seconded_by, one.ending_by)}
    return await office_room.render(
        call,
        "office/speakers.html",
        N_("Protected speakers"),
        problem,
        known=known,
        typed=typed_of(call, SpeakerForm),
        read=read or {},
        names=await desk.handles(call.house.reads, call.viewer, ids),
        classes=speakers.CLASSES,
    )


@or_again(show_speakers, Invalid, NotAllowed)
async def propose_speaker(call: Call[SpeakerForm]) -> Answer:
    await speakers.propose(call.house.court, call.viewer, call.args)
    return redirect("/office/speakers")


def _changes_speaker(path: str, change: Any) -> Route:
    """A step about one grant, which has nothing to say besides."""

    @or_again(show_speakers, Conflict, NotAllowed)
    async def run(call: Call[ById]) -> Answer:
        await change(call.house.court, call.viewer, call.args.id)
        return redirect("/office/speakers")

    return office_room.form(f"/office/speakers/{{id}}/{path}", run, "protect_speaker")


async def read_speaker(call: Call[ById]) -> Answer:
    """By what staff know the class; that somebody reads it is written down."""
    text = await speakers.evidence_of(call.house.court, call.viewer, call.args.id)
    return await show_speakers(call, read={call.args.id: text})


# --- looks ---


async def show_looks(call: Call[LooksAsked]) -> Answer:
    args, house = call.args, call.house
    by, what = await _account_or_none(call, args.who), args.what if args.what in looks.WHATS else ""
    below = args.below or 2**63 - 1
    found = await looks.listed(house.court, call.viewer, below=below, at_most=MOST_LOOKS, by=by, what=what)
    return await office_room.render(
        call,
        "office/looks.html",
        N_("Who looked at what"),
        found=found,
        typed=args,
        more=len(found) == MOST_LOOKS,
        names=await desk.handles(house.reads, call.viewer, {look.by for look in found}),
    )


async def _account_or_none(call: Call[LooksAsked], handle: str) -> int | None:
    if not handle.strip():
        return None
    try:
        return await _account(call, handle)
    except Invalid:
        return -1  # nobody's looks


ROUTES: tuple[Route, ...] = (
    office_room.page("/office/people", show_staff),
    office_room.form("/office/people", grant, "grant_roles"),
    office_room.form("/office/people/{handle}/second-step", ask_for_second_step, "grant_roles"),
    office_room.page("/office/speakers", show_speakers),
    office_room.form("/office/speakers", propose_speaker, "protect_speaker"),
    _changes_speaker("grant", speakers.second),
    _changes_speaker("end", speakers.ask_end),
    _changes_speaker("end/agree", speakers.end),
    _changes_speaker("keep", speakers.keep),
    office_room.form("/office/speakers/{id}/read", read_speaker, "see_documents"),
    office_room.page("/office/looks", show_looks, "see_looks"),
)
