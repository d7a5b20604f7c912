"""One case on the desk: the thing behind a curtain, what is asked beside it, the ladder, what each rung would do, the decision."""

import copy
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

import msgspec
import regex

from chaupal.governance.cases import acts, assigning, cases, desk, notes
from chaupal.governance.cases.cases import Case
from chaupal.governance.cases.desk import Options
from chaupal.governance.cases.lifecycle import OPEN
from chaupal.governance.people import access_audit as looks
from chaupal.http.call import Answer, Call, Route, redirect
from chaupal.http.paging import Number
from chaupal.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, Problem
from chaupal.policy.draft import REFUSE, Draft
from chaupal.policy.sentences.placeholders import in_tongue
from chaupal.policy.viewer import Viewer
from chaupal.reads.court import desk as desk_reads, dossier, impact
from chaupal.reads.court.dossier import PostWords
from chaupal.reads.court.impact import Impact, ImpactOn, SeenFrom
from chaupal.web.court import courtly
from chaupal.web.office import deskwords, room as office_room
from chaupal.web.square import cards
from chaupal.web.words import N_, words

MOST_PARTS = 100
WORDS = regex.compile(r"\s+|\S+")


class CaseAsked(msgspec.Struct, kw_only=True):
    """A case by its order and number; `done`: what was just done."""

    ref: str
    number: Number
    done: str = ""


class CaseTyped(Draft, kw_only=True, frozen=True):
    """What is to be done about a case. `seen`: the case's number on the page that was decided on; `template`: whose words become
    the reason of a look. `Draft` says the rest."""

    ref: str
    number: Number
    act: str
    seen: Number | None = None
    template: Number | None = None
    outcome: str = ""
    reason: str = ""
    parts: tuple[Number, ...] = ()
    note: str = ""
    to: str = ""


TYPED = acts.with_fields(CaseTyped, acts.fields_of(acts.by_way("office").values()))


async def show(call: Call[CaseAsked]) -> Answer:
    return await page(call, call.args.ref, call.args.number, None, None)


async def act(call: Call[CaseTyped]) -> Answer:
    """One move of one case, or a look at what it would do. What cannot be done is said beside what was typed."""
    args = call.args
    if args.act == "preview":
        return await page(call, args.ref, args.number, args, None)
    known, beside = acts.addresses("office").get(args.act), BESIDE.get(args.act)
    try:
        if known is not None:
            await acts.perform(call.house.court, call.viewer, known, args.ref, args.number, args, seen=args.seen)
        elif beside is not None:
            await beside(call)
        else:
            raise NotFound
    except (Invalid, Conflict, NotAllowed) as problem:
        return await page(call, args.ref, args.number, args, problem)
    return redirect(f"/office/orders/{args.ref}/{args.number}?done={args.act}")


async def _note(call: Call[CaseTyped]) -> None:
    args = call.args
    found = await desk.options(call.house.court, call.viewer, args.ref, args.number)
    await notes.add(call.house.court, call.viewer, "case", found.case.target.id, args.note)


async def _assign(call: Call[CaseTyped]) -> None:
    await assigning.assign(call.house.court, call.viewer, call.args.ref, (call.args.number,), call.args.to)


# What is done beside the acts of the table: it decides nothing.
BESIDE: dict[str, Callable[[Call[CaseTyped]], Awaitable[None]]] = {"note": _note, "assign": _assign}
ACTS = acts.by_way("office")


def typed_of(ref: str, draft: Draft) -> CaseTyped:
    """A draft as it stands in the form of a case, for other pages that lead here."""
    return TYPED(ref=ref, number=1, act="propose", **msgspec.structs.asdict(draft))


async def page(call: Call[Any], ref: str, number: int, typed: CaseTyped | None, problem: Problem | None) -> Answer:
    """The page of a case, with what was typed and what was wrong with it."""
    house, viewer = call.house, call.viewer
    sheet = await dossier.sheet(house.reads, viewer, ref, number)
    found = await desk.options(house.court, viewer, ref, number)
    if sheet.private:  # written down before it is shown
        await looks.note(house.court, viewer, "post", str(sheet.file.target.subject_id), f"{ref}/{number}")
    written = await notes.on(house.court, viewer, "case", found.case.target.id)
    templates = await notes.templates(house.court, viewer)
    if typed is not None and typed.template is not None:
        values = template_values(found.case.order, sheet.file, viewer.language)
        reason = notes.reason_of(templates, typed.template, viewer.language, values) or typed.reason
        typed = msgspec.structs.replace(typed, reason=reason, outcome=typed.outcome or found.narrowest or REFUSE)
    draft = _draft(found, typed)
    shown = await cards.cards(call, [sheet.file.post]) if sheet.file.post is not None else []
    would = None if draft is None else await effect(call, found, draft)
    title = words(viewer.language).gettext(N_("%(ref)s, number %(number)s")) % {"ref": ref, "number": number}
    return await office_room.render(
        call, "office/case.html", title, problem, sheet=sheet, options=found, case=found.case, typed=typed,
        draft=draft, card=shown[0] if shown else None, parts=await cards.cards(call, sheet.posts), notes=written,
        names=sheet.names | await desk_reads.handles(house.reads, viewer, {n.by for n in written}),
        done=getattr(call.args, "done", ""), own=courtly.own_matter(call, found.case.order),
        changed=changed(sheet.then, sheet.now), flags=deskwords.FLAGS, changes=deskwords.CHANGES,
        bodies=deskwords.BODIES, told_of=deskwords.TOLD_OF, told_by=deskwords.TOLD_BY, templates=templates,
        acts=ACTS.values(), waits=found.case.state in OPEN,
        copies=sheet.file.copies, impact=would.impact if would else None, views=would.looks if would else (),
    )  # fmt: skip


def template_values(order: dossier.Order, file: dossier.File, language: str) -> dict[str, object]:
    """What a template's words in braces stand for, of one thing."""
    return {
        "number": file.target.number,
        "ref": order.ref,
        "kind": file.target.kind,
        "law": in_tongue(order.legal_basis, language),
        "handle": file.person.item.handle if file.person else "",
    }


# --- what a decision would do ---


class Preview(msgspec.Struct, frozen=True):
    """How it would look from a country."""

    country: str
    seen: SeenFrom
    gone: cards.Limit | None
    pictures_gone: cards.Limit | None
    labels: tuple[cards.Limit, ...]


class Effect(msgspec.Struct, frozen=True):
    """What `outcome` would touch, and how it would look."""

    outcome: str
    impact: Impact
    looks: tuple[Preview, ...]


def proposed(case: Case) -> Draft | None:
    """What somebody proposed and nobody has decided yet."""
    if case.proposal is None or case.state not in cases.PROPOSED:
        return None
    return case.proposal.body.draft


async def effect(call: Call[Any], options: Options, draft: Draft) -> Effect | None:
    """What a draft would do to a case's thing; None where it is no measure, or the thing is not here."""
    rulings = desk.supposed(call.house.court, options.case, draft)
    target = options.case.target
    if not rulings:
        return None
    about = ImpactOn(
        kind=target.kind,
        subject=target.subject_id or 0,
        owner=target.owner_id,
        parts=tuple(draft.parts)[:MOST_PARTS],
        term=target.term,
        pictures=draft.outcome == "withhold_media",
    )
    made = await impact.impact(call.house.reads, call.viewer, about, rulings)
    return Effect(draft.outcome, made, tuple(_preview(call, seen) for seen in made.looks))


def _preview(call: Call[Any], seen: SeenFrom) -> Preview:
    """What stands there, in the words of that country, but in the language of whoever looks now."""
    there = copy.copy(call)
    there.viewer = Viewer(country=seen.country, language=call.viewer.language)
    if seen.shown is None:
        return Preview(seen.country, seen, None, None, ())
    gone, _, pictures_gone, labels = cards.limits(there, seen.shown.verdict)
    return Preview(seen.country, seen, gone, pictures_gone, labels)


# --- words that were changed ---


class Piece(NamedTuple):
    """Some words of a text: `kept` in both versions, `gone` from the earlier one, or `new` in the later."""

    how: str
    text: str


def changed(then: PostWords | None, now: PostWords | None) -> list[Piece]:
    """The words that an order named beside those of now; nothing where they are the same, or are not kept."""
    if then is None or now is None or then == now:
        return []
    before, after = (WORDS.findall(f"{one.spoiler}\n{one.text}".lstrip("\n")) for one in (then, now))
    from difflib import SequenceMatcher  # for texts that were changed meanwhile only

    pieces: list[Piece] = []
    for how, a, b, c, d in SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        if how == "equal":
            pieces.append(Piece("kept", "".join(after[c:d])))
        else:
            pieces += [Piece("gone", "".join(before[a:b]))] if a < b else []
            pieces += [Piece("new", "".join(after[c:d]))] if c < d else []
    return pieces


def _draft(options: Options, typed: CaseTyped | None) -> Draft | None:
    """What is looked at beforehand: what was typed, what is proposed, or else the narrowest rung."""
    case = options.case
    if typed is not None and typed.outcome:
        return typed
    said = proposed(case)
    if said is not None:
        return said
    return Draft(outcome=options.narrowest, reason="") if options.narrowest and "propose" in options.acts else None


FORM = 400_000  # bytes: a dozen texts at once, and a letter of Devanagari is nine bytes of a form


async def _check_role(call: Call[Any], path: Mapping[str, str]) -> None:
    await desk.check_role(call.house.court, call.viewer, path["act"], path["ref"])


ROUTES: tuple[Route, ...] = (
    office_room.page("/office/orders/{ref}/{number}", show),
    office_room.form(
        "/office/orders/{ref}/{number}/{act}", act, "write_notes", takes=TYPED, first=_check_role, body=FORM
    ),
)
