"""Orders on their way in, as pages show them: the fields that a law asks for, the facial check, what each line names."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import msgspec

from chaupal.governance.orders import csv_targets, documents, intake, replacing, resolving
from chaupal.governance.orders.authorities import Authority
from chaupal.governance.orders.csv_targets import Preview
from chaupal.governance.orders.documents import Bringer, Brought, Document
from chaupal.governance.orders.intake import Checked
from chaupal.governance.orders.order_forms import OrderForm
from chaupal.governance.orders.replacing import SentBack
from chaupal.governance.orders.resolving import CODES, SAYS, LineFault, Resolved
from chaupal.governance.regimes import GENERIC, Field, Regime
from chaupal.http.call import Call
from chaupal.http.paging import Number
from chaupal.kernel.faults import FAULTS
from chaupal.policy.measures import Measure, labels
from chaupal.reads.court import naming
from chaupal.reads.court.naming import NamedThing
from chaupal.social.people import elsewhere as people
from chaupal.web.words import LANGUAGES, N_, words

MOST_BYTES = 45_000_000  # of one form: letters, a list of targets, and the fields
MOST_LOOKED_UP = people.AT_ONCE  # lines for which other servers are asked in one go
SHOWN_ROWS = 300  # of lines that are fine; all others are shown
# What of an order everybody may read: its page, its entry in the log. All else stays with the staff.
PUBLIC = frozenset(
    {"role", "officer_rank", "reference_no", "dated", "legal_basis", "bases", "territory", "interim_until", "confirms", "act_by", "ends_at",
     "channel", "targets"}
)  # fmt: skip

WRONG_LINES: dict[LineFault, str] = {wrong: FAULTS[code].page for wrong, code in SAYS.items()}
WRONG_ROWS = {code: FAULTS[code].page for code in (*SAYS.values(), *csv_targets.OF_ROWS)}
UNSEEN = N_("does not exist here, or is not for everybody")
SIGNATURES = {
    "valid": N_("signed by a key of this authority, or of one that is vouched for"),
    "invalid": N_("the signature is broken, or the document was changed after it was signed"),
    "unverifiable": N_("signed, but nobody vouches for the signer"),
    "absent": N_("not signed"),
}
ORIGINS = {
    "verified": N_("That it comes from the authority is verified."),
    "unverified": N_(
        "That it comes from the authority is not verified yet. Nothing is limited before somebody has called back."
    ),
    "mismatch": N_(
        "It does not seem to come from the authority: a signature is broken, or a mail only looks like theirs."
    ),
}
MEASURES = {code: said for code, said in labels("do").items() if "law" in Measure(code).row.by}


@cache
def spoken() -> Mapping[str, str]:
    """What measures are called, in small letters -> the measure: by their codes and in each language of the pages."""
    called = labels("do").items()
    return {**CODES} | {words(language).gettext(said).lower(): code for code, said in called for language in LANGUAGES}


# What is typed into fields of their own; a law's other fields are asked for one by one.
KNOWN = frozenset(
    {
        "issuer",
        "officer",
        "reference",
        "date",
        "legal_provision",
        "ground",
        "reasons",
        "explanation",
        "target_urls",
        "territory",
        "interim_until",
    }
)
TICKED = frozenset({"signature", "good_faith", "perjury", "certified_copy"})


class Intake(OrderForm, kw_only=True):
    """An order as it is typed, with what the form itself needs.

    `act`: check, file, confirm (file, with lines that name nothing as they are), law (ask for what another law asks), look_up (ask
    other servers for what they are said to have).
    `kept`: documents brought before. `again`: those of the order that it replaces, that go along.
    `confirmed`: the lines that name nothing, as they stood where they were confirmed.
    """

    act: str = "file"
    kept: tuple[Number, ...] = ()
    again: tuple[Number, ...] = ()
    confirmed: str = ""


class Draft(msgspec.Struct, kw_only=True):
    """A form on its way: what was typed, what came with it, what it looks like, and what is wrong.

    `before`: the order that was sent back, of which it is the mended version. `again`: which of its documents are ticked to go
    along; None at the first look, where all are.
    """

    typed: OrderForm
    brought: list[Document] = []
    checked: Checked | None = None
    preview: Preview | None = None
    named: dict[str, NamedThing] = {}  # line -> what it names
    unsure: list[Resolved] = []  # lines that name nothing, to be confirmed before it is filed
    errors: dict[str, str] = {}
    before: SentBack | None = None
    again: tuple[int, ...] | None = None


def plain(form: OrderForm) -> OrderForm:
    """The order of a form, measures taken off its lines."""
    fields: dict[str, Any] = {field.name: getattr(form, field.name) for field in msgspec.structs.fields(OrderForm)}
    fields["regime"] = form.regime or GENERIC
    return intake.split_demands(OrderForm(**fields), spoken())


async def bring(
    call: Call[Intake], who: Bringer, authority: Authority | None, replaced: SentBack | None
) -> list[Document]:
    """The documents that came with a form, now, before, or with the order that it replaces. Raises Invalid, TooLarge, Unavailable."""
    kept = call.args.kept
    court, files = call.house.court, call.house.square.files
    sent = [Brought(one.name, one.data) for name, one in call.files.items() if name.rstrip("+") == "documents"]
    if replaced is not None:
        sent = [*await replacing.letters(court, files, replaced, call.args.again), *sent]
    before = await documents.brought_back(court, who, kept, authority) if kept else []
    return before + (await documents.take_in(court, files, who, sent, authority) if sent else [])


async def listed(call: Call[Any], *, portal: bool) -> Preview | None:
    """The rows of the list that came with a form, where one did. Raises Invalid."""
    upload = call.files.get("csv")
    if upload is None:
        return None
    court = call.house.court
    origin = court.settings.origin
    return await csv_targets.preview(court.work, origin, upload.data, spoken=spoken(), outside=portal)


def with_list(form: OrderForm, preview: Preview) -> OrderForm:
    """The form with all rows of a list after the lines that were typed: what cannot be read is recorded, or mended there."""
    typed = [line for line in form.targets.splitlines() if line.strip()]
    asked = [*form.demanded, *[""] * (len(typed) - len(form.demanded))]
    return msgspec.structs.replace(
        form, targets="\n".join([*typed, preview.targets()]), demanded=(*asked, *preview.demanded())
    )


# --- what is on other servers ---


def elsewhere(call: Call[Any], checked: Checked | None) -> list[str]:
    """Lines that name what another server may have and is not known here, as many as are asked for at once."""
    if checked is None or call.house.square.elsewhere is None:
        return []
    return resolving.elsewhere(checked.targets)[:MOST_LOOKED_UP]


async def look_up(call: Call[Any], checked: Checked) -> int:
    """Ask the servers that these lines name, since whoever fills the form in says so: they learn that we ask. How many were found."""
    return await people.look_up_all(call.house.square, elsewhere(call, checked))


# --- words ---


async def named_things(call: Call[Any], checked: Checked) -> dict[str, NamedThing]:
    """Line -> the thing that it names, of as many as a page shows."""
    some = [one for one in checked.targets if one.subject is not None][:SHOWN_ROWS]
    found = await naming.named(call.house.reads, call.viewer, [(one.kind, one.subject, one.owner) for one in some])
    return {one.line: thing for one, thing in zip(some, found, strict=True)}


def extra_fields(regime: Regime | None) -> list[Field]:
    """What a law asks for beyond the fields that every order has."""
    return [field for field in regime.required_fields if field.code not in KNOWN] if regime else []


def line_says(resolved: Resolved, *, portal: bool) -> str:
    """What is wrong with a line, as a msgid; an authority is not told whether something exists that is not for everybody."""
    if (
        portal
        and resolved.kind in ("post", "media")
        and resolved.wrong in (LineFault.NOTHING, LineFault.NOT_FOUND)
        and not resolved.public
    ):
        return UNSEEN
    return WRONG_LINES.get(resolved.wrong, "")


def rows_of(checked: Checked, *, portal: bool) -> list[tuple[int, Resolved, str]]:
    """(number, line, what is wrong) of lines to show: all that need a look, and the first of those that do not."""
    rows = [(number, one, line_says(one, portal=portal)) for number, one in enumerate(checked.targets, 1)]
    look = [row for row in rows if row[2] or row[1].like]
    return look + [row for row in rows if not (row[2] or row[1].like)][:SHOWN_ROWS]


def kinds_of(checked: Checked, *, portal: bool) -> dict[str, int]:
    """How many lines name an account, post, picture, tag, something that is not here, or cannot be filed."""
    counts: dict[str, int] = {}
    for one in checked.targets:
        says = line_says(one, portal=portal)
        unfound = says in (UNSEEN, WRONG_LINES[LineFault.NOT_FOUND])
        kind = "not_found" if unfound else "wrong" if says else one.kind
        counts[kind] = counts.get(kind, 0) + 1
    return counts


def _letters_before(draft: Draft) -> list[Document]:
    """Of the documents of the order that it replaces those that are not with it yet."""
    there = {one.sha256 for one in draft.brought}
    return [one for one in draft.before.documents if one.sha256 not in there] if draft.before else []


def names(call: Call[Any], draft: Draft, regimes: Sequence[Regime], *, portal: bool) -> Mapping[str, Any]:
    """What the templates of a form use."""
    regime = next((one for one in regimes if one.id == draft.typed.regime), None)
    checked, tr = draft.checked, words(call.viewer.language).gettext
    measures = {code: tr(said) for code, said in MEASURES.items()}
    return {
        "typed": draft.typed, "lines": intake.join_demands(draft.typed.targets, draft.typed.demanded, measures), "brought": draft.brought,
        "signer": documents.signer_of, "checked": checked, "preview": draft.preview, "errors": draft.errors, "regimes": regimes,
        "regime": regime, "extra": extra_fields(regime), "ticked": TICKED, "signatures": SIGNATURES, "origins": ORIGINS,
        "wrong_lines": WRONG_LINES, "wrong_rows": WRONG_ROWS, "measures": measures, "portal": portal,
        "rows": rows_of(checked, portal=portal) if checked else [], "kinds_found": kinds_of(checked, portal=portal) if checked else {},
        "most_rows": SHOWN_ROWS, "public_fields": PUBLIC, "named": draft.named, "unsure": draft.unsure,
        "before": draft.before, "letters_before": _letters_before(draft), "again": draft.again,
    }  # fmt: skip
