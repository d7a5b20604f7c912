"""Orders filed by program, with the token of somebody whom an authority sent: filed once, looked at, withdrawn.

JSON, or multipart with files named `documents`. Errors name each field that is wrong.
"""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from chaupal.governance.orders import documents, filing, intake, portal
from chaupal.governance.orders.documents import Bringer, Brought
from chaupal.governance.orders.filing import AUTHORITY
from chaupal.governance.orders.order_forms import OrderForm
from chaupal.governance.orders.portal import Filing
from chaupal.http.asker import bearer
from chaupal.http.call import Answer, Call, Route, get, json, post
from chaupal.http.paging import ByRef
from chaupal.http.params import check
from chaupal.kernel.alike import like
from chaupal.kernel.argument_sizes import Comment
from chaupal.kernel.clock import iso, iso_or_none
from chaupal.kernel.errors import Malformed
from chaupal.policy.viewer import Surface
from chaupal.reads.court import filings
from chaupal.reads.court.filings import FiledStep, FiledTarget
from chaupal.social.people import elsewhere

MOST_BYTES = 45_000_000
Line = Annotated[str, Meta(max_length=600)]


class TargetSent(msgspec.Struct, kw_only=True):
    """One thing that the order names: an address, a handle or a #hashtag of this server, an address or handle of another one; the
    measure it asks for."""

    target: Line
    demanded: Line = ""


class NewOrder(msgspec.Struct, kw_only=True):
    """An order as a program sends it. Times are ISO 8601, `territory` and `bases` lists of codes.

    `targets`: addresses, or objects of `target` and `demanded`. `external_id`: the sender's own number; sent again with the
    same one, nothing is filed twice and the same answer comes back. `confirms`: the reference of the emergency order of one's
    own authority that this one confirms. `replaces`: that of an order of its own that was sent back, of which this is the mended
    version; it may have the same `external_id`.
    """

    regime: Line = ""
    external_id: Line = ""
    role: Line = ""
    officer: Comment = ""
    officer_rank: Comment = ""
    reference_no: Comment = ""
    legal_basis: Comment = ""
    bases: tuple[Line, ...] = ()
    grounds: Comment = ""
    reasons: Comment = ""
    territory: tuple[Line, ...] = ()
    dated: Line = ""
    act_by: Line = ""
    ends_at: Line = ""
    interim_until: Line = ""
    confirms: Line = ""
    replaces: Line = ""
    gag_until: Line = ""
    particulars: dict[str, Comment] = {}
    targets: tuple[Line | TargetSent, ...] = ()


class OrderSent(NewOrder, kw_only=True):
    """`order`: beside files, the whole order as one JSON text; the other fields count for nothing then."""

    order: Annotated[str, Meta(max_length=4_000_000)] = ""


class Withdrawal(msgspec.Struct, kw_only=True):
    """`reason`: why; it becomes public."""

    ref: str
    reason: Comment = ""


class TargetState(msgspec.Struct, kw_only=True):
    """Where one target stands; `state` is `pending` until two people have decided."""

    number: int
    target: str
    kind: str
    demanded: str
    state: str
    reason: str
    code: str


class StepTaken(msgspec.Struct, kw_only=True):
    """Something that happened to the order. `by`: house or authority."""

    step: str
    at: str
    by: str
    text: str
    reason: str
    codes: tuple[str, ...]
    until: str | None


class Paper(msgspec.Struct, kw_only=True):
    """A document that came with it, as it was received."""

    name: str
    sha256: str
    signature: str


class OrderState(msgspec.Struct, kw_only=True):
    """An order as its authority sees it."""

    ref: str
    external_id: str
    regime: str
    reference_no: str
    state: str
    origin: str
    signature: str
    received_at: str
    act_by: str | None
    interim_until: str | None
    url: str
    targets: list[TargetState]
    steps: list[StepTaken]
    documents: list[Paper]
    defects: list[str]
    replaces: str
    replaced_by: str


async def create(call: Call[OrderSent]) -> Answer:
    """File an order: 201 with how it stands, or 200 where it was filed before under the same `external_id`.

    What it names of other servers and is not known here is asked for there, ten things at a time: sent again, the next ten.
    """
    who = await _filing(call)
    new = _whole(call.args.order) if call.args.order else call.args
    court, files = call.house.court, call.house.square.files
    before = await filing.filed_as(court, who, new.external_id)
    if before and before != new.replaces:
        return json(await _state(call, who, before))
    sent = [Brought(one.name, one.data) for name, one in call.files.items() if name.rstrip("+") == "documents"]
    brought = (
        await documents.take_in(court, files, Bringer(who.user.id, AUTHORITY), sent, who.authority) if sent else []
    )
    form = _form(new)
    asked = await intake.to_look_up(court, form)
    await elsewhere.look_up_all(call.house.square, asked[: elsewhere.AT_ONCE])
    ref = await filing.file(court, who, form, brought, "api")
    own = msgspec.structs.replace(form, authority=who.authority.id, channel="api")
    checked = await intake.check(court, own, brought, filed_by_authority=True)
    state = await _state(call, who, ref)
    state.defects = [defect.en for defect in checked.defects]
    return json(state, 201, [("location", f"/api/v1/orders/{ref}")])


async def show(call: Call[ByRef]) -> OrderState:
    """How an order of one's own authority stands."""
    return await _state(call, await _filing(call), call.args.ref)


async def withdraw(call: Call[Withdrawal]) -> OrderState:
    """Take an order back: whatever it has in force ends at once."""
    who = await _filing(call)
    await filing.withdraw(call.house.court, who, call.args.ref, call.args.reason)
    return await _state(call, who, call.args.ref)


async def _filing(call: Call[Any]) -> Filing:
    return await portal.by_token(call.house.court, bearer(call.headers.get("authorization", "")) or "")


def _whole(text: str) -> NewOrder:
    try:
        sent: Any = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Malformed("not_json", name="order") from error
    if not isinstance(sent, dict):
        raise Malformed("no_json_object", name="order")
    return check(NewOrder, sent)


def _form(new: NewOrder) -> OrderForm:
    named = [one if isinstance(one, TargetSent) else TargetSent(target=one) for one in new.targets]
    # A target is one line; what holds more lines is not taken for several targets.
    lines = [" ".join(one.target.split()) for one in named]
    kept = [(line, one.demanded) for line, one in zip(lines, named, strict=True) if line]
    return like(
        OrderForm,
        new,
        territory=" ".join(new.territory),
        targets="\n".join(line for line, _ in kept),
        demanded=tuple(measure for _, measure in kept),
    )


async def _state(call: Call[Any], who: Filing, ref: str) -> OrderState:
    found = await filings.whole(call.house.reads, who.authority.id, ref)
    order = found.order
    return OrderState(
        ref=order.ref,
        external_id=order.external_id,
        regime=order.regime_ref,
        reference_no=order.reference_no,
        state=found.stage,
        origin=order.origin,
        signature=order.signature,
        received_at=iso(order.received_at),
        act_by=iso_or_none(order.act_by),
        interim_until=iso_or_none(order.interim_until),
        url=f"{call.house.settings.origin}/orders/{order.ref}",
        targets=[_target(item) for item in found.items],
        steps=[_step(step) for step in found.steps],
        documents=[Paper(name=one.name, sha256=one.sha256, signature=one.signature) for one in found.documents],
        defects=[],
        **found.versions._asdict(),
    )


def _target(item: FiledTarget) -> TargetState:
    return TargetState(
        number=item.number,
        target=item.line,
        kind=item.kind,
        demanded=item.demanded,
        state=item.state,
        reason=item.reason,
        code=item.code,
    )


def _step(step: FiledStep) -> StepTaken:
    return StepTaken(
        step=step.verb,
        at=iso(step.at),
        by="house" if step.ours else "authority",
        text=step.text,
        reason=step.reason,
        codes=step.codes,
        until=iso_or_none(step.until),
    )


DOOR: dict[str, Any] = {"public": True, "unready": True, "offices": True}

ROUTES: tuple[Route, ...] = (
    post("/api/v1/orders", create, Surface.NONE, gives=OrderState, body=MOST_BYTES, limit=(120, 600), **DOOR),
    get("/api/v1/orders/{ref}", show, Surface.NONE, **DOOR),
    post("/api/v1/orders/{ref}/withdraw", withdraw, Surface.NONE, limit=(60, 600), **DOOR),
)  # fmt: skip
