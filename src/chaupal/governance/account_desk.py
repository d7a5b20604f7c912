"""What staff do about accounts from apps for moderators: sanctions under the house's rules, each a matter, and their end."""

from collections.abc import Sequence

import msgspec

from chaupal.governance import decisions, house, looks
from chaupal.governance.context import Court
from chaupal.governance.house import MatterForm
from chaupal.governance.ladder import Draft
from chaupal.governance.papers import check_may
from chaupal.kernel.errors import Invalid, NotFound
from chaupal.policy.rulings import Measure
from chaupal.policy.viewer import Viewer
from chaupal.store import admin_accounts, docket, reports, rulings
from chaupal.store import looks as looked
from chaupal.store.work import Reading

# Mastodon's word -> ours. https://docs.joinmastodon.org/methods/admin/accounts/#action
ACTIONS = {
    "none": Measure.WARN, "sensitive": Measure.MARK_SENSITIVE, "disable": Measure.FREEZE, "silence": Measure.LIMIT,
    "suspend": Measure.SUSPEND,
}  # fmt: skip
# Mastodon's way back -> what it ends.
ENDS = {
    "enable": Measure.FREEZE, "unsilence": Measure.LIMIT, "unsuspend": Measure.SUSPEND, "unsensitive": Measure.MARK_SENSITIVE,
}  # fmt: skip
REPORTED, FOUND = "user_report", "staff"
ENDED = "Staff have looked at this again and ended it."  # the apps ask for no reason, and the record needs one
LOOKED = "Looked up with an app for moderators"


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """What should be done about an account. `text`: what happened and why; it becomes public. `until`: an ISO date.

    `rule`: a number of the house's rules (`3`), or one of a version (`3@1`). Nothing: the one that the report names.
    """

    account: int
    type: str
    text: str
    rule: str = ""
    report: int | None = None
    until: str = ""


async def look(court: Court, viewer: Viewer, ids: Sequence[int], purpose: str = "") -> None:
    """Write down, before it is shown, that the viewer sees the addresses of these accounts. Raises NotAllowed, Invalid."""
    me = check_may(viewer, "sanction")
    purpose = looks.check_purpose(purpose or LOOKED)
    async with court.work.writing() as w:
        for id_ in ids:
            await looked.note(w, court.make_id(), me, court.clock(), "email", str(id_), purpose)


async def act(court: Court, viewer: Viewer, action: Action) -> tuple[str, bool]:
    """Open a matter about the account and decide it, or propose it where it takes two: (reference, carried out).

    Raises NotAllowed, NotFound, and Invalid by field: no rule is guessed, nobody is limited without a reason.
    """
    check_may(viewer, "sanction")
    measure = ACTIONS.get(action.type)
    if measure is None:
        raise Invalid("Validation failed: Type is not included in the list", type="is not included in the list")
    async with court.work.reading() as reading:
        handle = await _handle(reading, action.account)
        rule = await _rule(court, reading, action, measure)
    form = MatterForm(
        targets=f"@{handle}",
        rule=rule,
        source=REPORTED if action.report else FOUND,
        grounds=action.text,
        report_id=action.report,
    )
    draft = Draft(
        outcome=measure,
        reason=action.text,
        until=action.until,
        rule=rule,
        permanent=measure is Measure.SUSPEND and not action.until,
    )
    return await house.sanction(court, viewer, form, draft)


async def end(court: Court, viewer: Viewer, account: int, measure: Measure, reason: str = "") -> int:
    """End every such measure of the house's own that is in force on an account; how many. Raises NotAllowed, Conflict."""
    check_may(viewer, "sanction")
    async with court.work.reading() as reading:
        await _handle(reading, account)
        cases = await _binding(court, reading, account, measure)
    for ref, number in cases:
        await decisions.lift(court, viewer, ref, number, reason=reason or ENDED)
    return len(cases)


async def _handle(reading: Reading, account: int) -> str:
    found = await admin_accounts.private(reading, account)
    if found is None:
        raise NotFound
    return found.handle


async def _rule(court: Court, reading: Reading, action: Action, measure: Measure) -> str:
    """The rule as the record cites it: the one that was named, else the first that the report names and that may bring this."""
    book = court.rules.current(court.clock())
    if action.rule:
        return action.rule if "@" in action.rule or not action.rule.isdecimal() else f"{action.rule}@{book.version}"
    report = None if action.report is None else await reports.report(reading, action.report)
    fitting = [rule.id for rule in book.rules if measure in rule.measures]
    named = [int(id_) for id_ in report.rules if id_.isdecimal()] if report is not None else []
    chosen = next((id_ for id_ in named if id_ in fitting), None)
    if chosen is None:
        raise Invalid(
            f"Validation failed: Rule must be named: one of {', '.join(map(str, fitting))}",
            rule="say which rule was broken",
        )
    return book.cite(chosen)


async def _binding(court: Court, reading: Reading, account: int, measure: Measure) -> list[tuple[str, int]]:
    """(reference, number of the target) of the cases that have such a ruling in force on the account itself."""
    now, cases = court.clock(), list[tuple[str, int]]()
    for row in await rulings.of_owner(reading, account):
        live = row.lifted_at is None and row.ruling.in_force(now)
        if not (live and row.subject_id == account and row.measure == measure and row.basis == "own_rules"):
            continue
        target = await docket.target_by_id(reading, row.target_id or 0)
        if target is not None and (row.order_ref, target.number) not in cases:
            cases.append((row.order_ref, target.number))
    return cases
