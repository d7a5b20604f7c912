"""What staff do about accounts from apps for moderators: sanctions under the house's rules, each a matter, and their end."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from chaupal.governance.cases import decisions, guards, house
from chaupal.governance.context import Court
from chaupal.governance.orders.papers import REASON_AT_LEAST, check_may
from chaupal.governance.people import access_audit as looks
from chaupal.kernel.errors import Invalid, or_not_found
from chaupal.policy.draft import Draft
from chaupal.policy.measures import Measure
from chaupal.policy.viewer import Viewer
from chaupal.store.court import access_audit as looked, docket, reports, rulings
from chaupal.store.identity import admin_accounts
from chaupal.store.machine.work import Reading
from chaupal.text.clean import letters_seen, trimmed

# Mastodon's word -> ours. https://docs.joinmastodon.org/methods/admin/accounts/#action
ACTIONS = {"none": Measure.WARN} | {m.row.action: m for m in Measure if m.row.undo}
# Mastodon's way back -> what it ends.
ENDS = {m.row.undo: m for m in Measure if m.row.undo}
REPORTED, FOUND = "user_report", "staff"
# The apps ask for no reason, and the record needs one: whom it is about reads it in their own language.
ENDED = "कर्मचारियों ने इसे फिर से देखा और खत्म किया। (Staff have looked at this again and ended it.)"
LOOKED = "Looked up with an app for moderators"
# Apps for moderators ask for no rule, and often for no reason; the record says so, where its readers look for them.
NO_RULE = (
    "(किसी नियम का नाम नहीं दिया गया; तब वह नियम लागू होता है जो इसी के लिए है। "
    "No rule was named; this is under the one that the house's rules keep for that.)"
)
NO_REASON = "कर्मचारियों ने यह ऐसे ऐप से किया जो कारण नहीं पूछता। (Staff acted with an app that asked for no reason.)"


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """What should be done about an account. `text`: what happened and why; it becomes public. `until`: an ISO date.

    `rule`: a number of the house's rules (`3`), or one of a version (`3@1`). Nothing: the one that the report names, else
    the house's default.
    """

    account: int
    type: str
    text: str
    rule: str = ""
    report: int | None = None
    until: str = ""


async def audit_view(court: Court, viewer: Viewer, ids: Sequence[int], purpose: str = "") -> None:
    """Write down, before it is shown, that the viewer sees the addresses of these accounts. Raises NotAllowed, Invalid."""
    me = check_may(viewer, "sanction")
    purpose = looks.check_purpose(purpose or LOOKED)
    async with court.work.writing() as w:
        for id_ in ids:
            await looked.note(w, court.make_id(), me, court.clock(), "email", str(id_), purpose)


class OpenedMatter(NamedTuple):
    """The matter of an act: whether it is carried out (else proposed), under which rule, and who named that."""

    ref: str
    done: bool
    rule: str
    named_by: str  # app, report, default; house: no default fits, and a second person looks whether the rule does


async def act(court: Court, viewer: Viewer, action: Action) -> OpenedMatter:
    """Open a matter about the account and decide it, or propose it where it takes two.

    Nothing is refused that an app has no field for: what it does not name is taken from the house's rules, and the record
    says so. Raises NotAllowed, NotFound, and Invalid by field for what was named wrongly.
    """
    check_may(viewer, "sanction")
    measure = ACTIONS.get(action.type)
    if measure is None:
        raise Invalid("type_unknown")
    async with court.work.reading() as reading:
        handle = await _handle(reading, action.account)
        rule, named_by = await rule_of(court, reading, measure, action.rule, action.report)
    reason = reason_of(action.text, told=named_by in ("app", "report"))
    form = house.MatterForm(
        targets=f"@{handle}",
        rule=rule,
        source=REPORTED if action.report else FOUND,
        grounds=reason,
        report_id=action.report,
    )
    draft = Draft(
        outcome=measure,
        reason=reason,
        until=action.until,
        rule=rule,
        permanent=measure is Measure.SUSPEND and not action.until,
    )
    ref, done = await house.sanction(court, viewer, form, draft, alone=named_by != "house")
    return OpenedMatter(ref, done, rule, named_by)


async def end(court: Court, viewer: Viewer, account: int, measure: Measure, reason: str = "") -> int:
    """End every such measure of the house's own that is in force on an account; how many.

    Raises NotAllowed (for one's own account too, whether anything is in force on it or not), NotFound, Conflict.
    """
    async with court.work.reading() as reading:
        await guards.act(reading, viewer, "sanction", [account])
        await _handle(reading, account)
        cases = await _binding(court, reading, account, measure)
    for ref, number in cases:
        await decisions.lift(court, viewer, ref, number, reason=reason or ENDED)
    return len(cases)


async def _handle(reading: Reading, account: int) -> str:
    found = or_not_found(await admin_accounts.private(reading, account))
    return found.handle


async def rule_of(
    court: Court, reading: Reading, measure: Measure, named: str = "", about: int | None = None
) -> tuple[str, str]:
    """The rule that an app acts under, as it `named` one, `about` a report: the rule as the record cites it, and who named it.

    The one that the app named, else the first that the report names and that may bring this, else the house's default.
    Where that one does not bring it either, the first that does: only proposed, so that a second person looks at it.
    """
    book = court.rules.current(court.clock())
    if named:
        plain = "@" in named or not named.isdecimal()
        return named if plain else f"{named}@{book.version}", "app"
    report = None if about is None else await reports.report(reading, about)
    fitting = [rule.id for rule in book.rules if measure in rule.measures]
    broken = [int(id_) for id_ in report.rules if id_.isdecimal()] if report is not None else []
    if (chosen := next((id_ for id_ in broken if id_ in fitting), None)) is not None:
        return book.cite(chosen), "report"
    if book.default in fitting:
        return book.cite(book.default), "default"
    if fitting:
        return book.cite(fitting[0]), "house"
    raise Invalid("type_not_in_rules")


def reason_of(text: str, *, told: bool) -> str:
    """What the app sent, where that is a sentence; else a sentence that says what is missing. `told`: a rule was named."""
    text = trimmed(text)
    more = [] if letters_seen(text) >= REASON_AT_LEAST else [NO_REASON]
    return " ".join([*([text] if text else []), *more, *([] if told else [NO_RULE])])


async def _binding(court: Court, reading: Reading, account: int, measure: Measure) -> list[tuple[str, int]]:
    """(reference, number of the target) of the cases that have such a ruling in force on the account itself."""
    now, cases = court.clock(), list[tuple[str, int]]()
    for row in await rulings.of_owner(reading, account):
        live = row.lifted_at is None and row.ruling.in_force(now)
        if not (live and row.subject_id == account and row.measure == measure.value and row.basis == "own_rules"):
            continue
        target = await docket.target_by_id(reading, row.target_id or 0)
        if target is not None and (row.order_ref, target.number) not in cases:
            cases.append((row.order_ref, target.number))
    return cases
