"""The cases of an order as a CSV file: written for a spreadsheet, filled in there, and read back as rows of `bulk`.

What stands (state, what is proposed, by whom) is in columns that are not read back; what is filled in has columns of its
own, which come empty: nothing is chosen for anybody. `version` says which event of the case was looked at.
"""

from collections.abc import Iterable, Sequence

import msgspec

from chaupal.governance.appeals import appeals
from chaupal.governance.cases import bulk, cases
from chaupal.governance.cases.bulk import BulkOutcome, Item
from chaupal.governance.cases.cases import CARRIED_OUT, Case
from chaupal.governance.cases.ladder import REFUSALS
from chaupal.governance.context import Court
from chaupal.governance.orders import changes, csv_files
from chaupal.governance.orders.papers import check_may
from chaupal.governance.orders.resolving import MOST_TARGETS
from chaupal.kernel.clock import iso
from chaupal.kernel.errors import NotFound, all_wrong, or_not_found
from chaupal.kernel.faults import Wrong
from chaupal.policy.draft import CLOSINGS, REFUSE
from chaupal.policy.gate import reveal
from chaupal.policy.measures import Measure
from chaupal.policy.viewer import Surface, Viewer
from chaupal.store.court import case_events, knowing
from chaupal.store.identity.facts_cache import facts_for
from chaupal.store.square.people import sealed_people

# Column -> what its heading may be, in a file that comes back. The first is what stands in one that goes out.
SHOWN = (
    "order", "target", "url", "kind", "author", "class", "demanded", "state", "proposed", "proposed_ground", "proposed_reason",
    "proposed_finding", "proposed_despite", "proposed_matter", "proposed_until", "proposed_change", "proposed_body",
    "proposed_territory", "proposed_parts", "proposed_by",
)  # fmt: skip
READ = {
    "order": ("order", "ref", "आदेश"),
    "target": ("target", "number", "no", "no.", "लक्ष्य", "क्रमांक", "संख्या"),
    "appeal": ("appeal", "अपील"),
    "do": ("do", "decide", "करें", "करना है"),
    "outcome": ("outcome", "decision", "निर्णय", "फ़ैसला", "फैसला"),
    "ground": ("ground", "code", "आधार"),
    "reason": ("reason", "reasons", "कारण", "वजह"),
    "finding": ("finding", "निष्कर्ष"),
    "matter": ("matter", "मामला"),
    "despite": ("despite", "फिर भी क्यों", "बावजूद"),
    "parts": ("parts", "हिस्से", "भाग"),
    "until": ("until", "ends_at", "कब तक", "तक"),
    "text": ("text", "label", "लेबल"),
    "rule": ("rule", "नियम"),
    "permanent": ("permanent", "हमेशा", "स्थायी"),
    "territory": ("territory", "countries", "देश"),
    "change": ("change", "बदलाव"),
    "body": ("body", "whose_act", "किसका काम"),
    "narrower": ("narrower", "narrower_measure", "कम उपाय"),
    "version": ("version", "seen", "संस्करण"),
}
# Acts whose rows say what to do in a column of their own; those that say nothing there are left out.
WRITES = {bulk.PROPOSE: "outcome", bulk.ACT: "outcome", bulk.APPEAL: "outcome", bulk.CHANGE: "change"}
# Fields of `bulk.Item` that a file calls otherwise, because its columns tell of a target what they tell of a row, too.
CALLED = {"code": "ground", "kind": "change", "measure": "narrower"}
FILLED = tuple(name for name in READ if name not in ("order", "target", "appeal"))
_COLUMN = {heading: column for column, headings in READ.items() for heading in headings}
YES = frozenset({"1", "x", "y", "yes", "true", "✓", "हाँ", "हां", "जी"})
NO = frozenset({"", "0", "n", "no", "false", "नहीं", "-"})
OUTCOMES = (*(measure.value for measure in Measure), REFUSE, *CLOSINGS)


class CasesFile(msgspec.Struct, frozen=True):
    """A file that was read. `wrong`: rows whose cells are none that could be meant; `left`: how many say nothing to do.

    `ref`: the order that all its rows are of, where the file says so.
    """

    items: tuple[Item, ...]
    ref: str = ""
    wrong: tuple[BulkOutcome, ...] = ()
    left: int = 0


def column(field: str) -> str:
    """What a field of `bulk.Item` is called in a file."""
    return {"number": "target", **CALLED}.get(field, field)


# --- out ---


async def export(court: Court, viewer: Viewer, ref: str, *, verb: str = "") -> bytes:
    """The cases of an order as a file; `verb`: only those about which this can be done. Raises NotAllowed, NotFound."""
    check_may(viewer, "see_office")
    if verb and verb not in bulk.VERBS:
        raise NotFound
    async with court.work.scanning() as reading:
        order = or_not_found(await knowing.order_for(reading, viewer, ref))
        found = await cases.cases_of(court, reading, order)
        if verb:
            there = await case_events.standing_there(reading, order.id, bulk.VERBS[verb].stands, 1, MOST_TARGETS)
            waiting = {target.id for target in there}
            found = [case for case in found if case.target.id in waiting]
    wanted = {case.target.owner_id or 0 for case in found} | {case.proposal.by for case in found if case.proposal}
    handles = await _handles(court, viewer, wanted)
    filled = tuple(name for name in FILLED if name not in _unused(verb))
    rows = (
        [*_shown(case, handles), *(str(case.number) if name == "version" else "" for name in filled)] for case in found
    )
    return csv_files.written([[*SHOWN, *filled], *rows])


def _unused(verb: str) -> set[str]:
    """Columns that an act does not read."""
    if not verb:
        return {"narrower"}
    fields = {CALLED.get(field, field) for field in bulk.VERBS[verb].says}
    return set(FILLED) - fields - {"version"} - (set() if verb in WRITES else {"do"})


def _shown(case: Case, handles: dict[int, str]) -> list[str]:
    target, proposal = case.target, case.proposal if case.state in CARRIED_OUT else None
    said = proposal.body if proposal else case_events.CaseEventBody()
    return [
        case.order.ref, str(target.number), target.as_written, target.kind, handles.get(target.owner_id or 0, ""), case.speaker,
        target.demanded, case.state.value, said.outcome, said.code, said.reason, said.finding, said.despite, said.matter,
        iso(said.ends_at) if said.ends_at else "", said.change, said.body if said.change else "", " ".join(said.territory),
        " ".join(map(str, said.subjects)), handles.get(proposal.by, "") if proposal else "",
    ]  # fmt: skip


async def _handles(court: Court, viewer: Viewer, ids: Iterable[int]) -> dict[int, str]:
    async with court.work.scanning() as reading:
        found = await sealed_people(reading, {id_ for id_ in ids if id_})
        seen = reveal(viewer, Surface.OFFICE, found.values(), await facts_for(reading, viewer))
    return {one.item.id: one.item.handle for one in seen}


# --- in ---


def read(data: bytes, verb: str, ref: str = "") -> CasesFile:
    """The rows that are filled in for `verb`. Raises Invalid (field `csv`) for what is no such file at all.

    `ref`: the order that they must be of; else that of the first row that names one.
    A row without an outcome is left out of proposals; where there is a column `do`, so is any row that says nothing there.
    """
    found = csv_files.rows_of(data, bulk.MOST + 1)
    columns = _header(found[0][1] if found else [], verb)
    if len(found) > bulk.MOST + 1:
        raise csv_files.bad("csv_too_many_rows", most=bulk.MOST)
    items: list[Item] = []
    wrong: list[BulkOutcome] = []
    left = 0
    for line, cells in found[1:]:
        said = {name: csv_files.plain(cells[at]).strip() if at < len(cells) else "" for name, at in columns.items()}
        if not _meant(said, verb):
            left += 1
            continue
        faults: dict[str, tuple[Wrong, ...]] = {}
        item = _item(line, said, verb, faults)
        ref = ref or (said.get("order", "") if verb != bulk.APPEAL else "")  # appeals are of any order
        if ref and said.get("order", ref) != ref:
            faults["order"] = (Wrong("other_order"),)
        if faults:
            wrong.append(BulkOutcome(item, all_wrong(faults)))
        else:
            items.append(item)
    return CasesFile(tuple(items), ref, tuple(wrong), left)


def _header(cells: Sequence[str], verb: str) -> dict[str, int]:
    named = {column: at for at, cell in reversed([*enumerate(cells)]) if (column := _COLUMN.get(cell.strip().lower()))}
    key = _key(verb)
    if key not in named:
        raise csv_files.bad("csv_no_column", column=key)
    if "version" not in named:
        raise csv_files.bad("csv_no_column", column="version")
    if verb in WRITES and WRITES[verb] not in named:
        raise csv_files.bad("csv_no_column", column=WRITES[verb])
    return named


def _meant(said: dict[str, str], verb: str) -> bool:
    """Whether something is to be done about this row, by this verb."""
    writes = verb in WRITES
    if (do := said.get("do")) is not None:
        word = do.lower()
        if word in bulk.VERBS and word != verb:
            return False  # one file can be gone through once, and then sent for each act
        if word in NO and (word or not writes):
            return False
    return not writes or bool(said.get(WRITES[verb]))


def _one_of(choices: Iterable[str]) -> Wrong:
    return Wrong("no_choice_of", {"choices": ", ".join(choices)})


def _item(line: int, said: dict[str, str], verb: str, faults: dict[str, tuple[Wrong, ...]]) -> Item:
    outcome, do = said.get("outcome", "").lower(), said.get("do", "").lower()
    if do not in YES and do not in bulk.VERBS and do not in NO:
        faults["do"] = (Wrong("no_act"),)
    if verb in (bulk.PROPOSE, bulk.ACT) and outcome not in OUTCOMES:
        faults["outcome"] = (_one_of(OUTCOMES),)
    if verb in (bulk.PROPOSE, bulk.ACT) and said.get("ground") and said["ground"] not in REFUSALS:
        faults["ground"] = (_one_of(REFUSALS),)
    if verb == bulk.CHANGE and said.get("change", "").lower() not in changes.KINDS:
        faults["change"] = (_one_of(changes.KINDS),)
    words = {
        "outcome": outcome,
        "kind": said.get("change", "").lower(),
        "measure": said.get("narrower", "").lower(),
        "code": said.get("ground", ""),
        "parts": _parts(said.get("parts", ""), faults),
        "permanent": said.get("permanent", "").lower() in YES,
    } | {
        name: said.get(name, "")
        for name in ("reason", "finding", "despite", "matter", "until", "text", "rule", "territory", "body")
    }
    read = bulk.VERBS[verb].says
    known = {"number": _number(said, _key(verb), faults), "line": line, "seen": _number(said, "version", faults)}
    return msgspec.convert(known | {name: value for name, value in words.items() if name in read}, Item)


def _key(verb: str) -> str:
    return "appeal" if verb == bulk.APPEAL else "target"


def _number(said: dict[str, str], name: str, faults: dict[str, tuple[Wrong, ...]]) -> int:
    text = said.get(name, "")
    if text.isascii() and text.isdigit() and len(text) < 19:
        return int(text)
    faults[name] = (Wrong("no_number" if text else "blank"),)
    return 0


def _parts(text: str, faults: dict[str, tuple[Wrong, ...]]) -> tuple[int, ...]:
    parts = text.replace(",", " ").replace(";", " ").split()
    if all(part.isascii() and part.isdigit() and len(part) < 20 for part in parts):
        return tuple(map(int, parts))
    faults["parts"] = (Wrong("no_parts"),)
    return ()


# --- appeals ---

APPEALS = ("appeal", "order", "target", "measure", "holds_until", "territory_now", "language", "filed", "due", "words")


async def export_appeals(court: Court, viewer: Viewer) -> bytes:
    """The appeals that wait and that the viewer may hear, to be filled in. Raises NotAllowed."""
    check_may(viewer, "hear_appeal")
    filled = ("outcome", "reason", "until", "territory", "narrower", "parts", "version")
    rows = [
        [
            str(row.id), strike.ruling.order_ref, strike.kind, strike.ruling.measure,
            iso(strike.ruling.ends_at) if strike.ruling.ends_at else "", strike.ruling.territory, row.language, iso(row.filed_at),
            iso(row.due_at), row.text, "", "", "", "", "", "", str(len(strike.messages)),
        ]
        for row, strike in await appeals.queue(court, viewer)
        if row.why_not is None
    ]  # fmt: skip
    return csv_files.written([[*APPEALS, *filled], *rows])
