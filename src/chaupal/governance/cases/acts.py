"""The acts of staff about a case, one row each: its name on every surface, the fields it takes, and the function that does it.

From a row are made the API's route, the office's form, the command and the rows of a file. Who may, when, and what guards it
stands in the table of moves, by the verbs that the act can be.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Annotated, Any, Literal, cast

import msgspec
from msgspec import NODEFAULT, Meta

from chaupal.governance.appeals import notices
from chaupal.governance.cases import cases, decisions, reviews
from chaupal.governance.cases.cases import Case
from chaupal.governance.cases.ladder import REFUSALS
from chaupal.governance.cases.lifecycle import IN_FORCE, MACHINE, OPEN, State
from chaupal.governance.context import Court
from chaupal.governance.orders.changes import KINDS, ChangeForm
from chaupal.policy.draft import CLOSINGS, REFUSE, Draft
from chaupal.policy.measures import Measure
from chaupal.policy.viewer import MAY, Role, Viewer, may
from chaupal.store.machine.work import Writing
from chaupal_audit.marked import N_

MEASURES = tuple(measure.value for measure in Measure)
OUTCOMES = (*MEASURES, REFUSE, *CLOSINGS)
type Way = Literal["office", "api", "shell", "many"]
SINGLY: frozenset[Way] = frozenset({"office", "api", "shell"})
EVERYWHERE: frozenset[Way] = frozenset({*SINGLY, "many"})
type Id = Annotated[int, Meta(ge=0, le=2**63 - 1)]
KIND: dict[str, tuple[Any, Any]] = {
    "text": (str, ""),
    "ids": (tuple[Id, ...], ()),
    "yes": (bool, False),
    "number": (Id | None, None),
}


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """What is said with an act. `hint` and `label` (where the office has no form of its own for it) are keys of the catalogues.

    `flag`: what it is called on the command line, if otherwise. `most` characters. `looked`: it says what was looked at, so a
    page or a program sends it along.
    """

    name: str
    hint: str
    label: str = ""
    kind: Literal["text", "ids", "yes", "number"] = "text"
    needed: bool = False
    flag: str = ""
    choices: tuple[str, ...] = ()
    most: int = 0
    looked: bool = False

    @property
    def row(self) -> tuple[str, Any, Any]:
        """Name, type and default, as a Struct has them."""
        type_, default = KIND[self.kind]
        return (
            self.name,
            Annotated[str, Meta(max_length=self.most)] if self.most else type_,
            NODEFAULT if self.needed else default,
        )


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """An act about a case. `verbs`: which moves it can be; the case's state tells which it is. `or_else`: what it is where
    it takes two.

    `run` takes the court, an open unit, the viewer, the case, and then the `form` made of the fields, or each field by its name.
    `do`: what stands on its button, `about`: above its form, if otherwise. `help`: one sentence for programs and the shell;
    `told`: what the shell says when it is done, where not the state. `command`: its name there, `also`: a second one, for what.
    `words`: of `roles.MAY`, in orders and under own rules: what opens an act that moves nothing, or opens it about many at once
    where that is for fewer. `states`: where an act that moves nothing can be done. `once`: its name of before, by which
    addresses still know it.
    """

    name: str
    run: Callable[..., Awaitable[Any]]
    verbs: tuple[str, ...] = ()
    or_else: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    form: type[msgspec.Struct] | None = None
    ways: frozenset[Way] = EVERYWHERE
    do: str
    about: str = ""
    help: str
    told: str = ""
    command: str = ""
    also: tuple[str, str] | None = None
    danger: bool = False
    words: tuple[str, str] = ("", "")
    states: tuple[State, ...] = ()
    once: str = ""

    @property
    def says(self) -> tuple[str, ...]:
        """Names of the fields that a file of many rows has for it."""
        return tuple(field.name for field in self.fields if not field.looked)

    @property
    def stands(self) -> tuple[State, ...]:
        """States of a case in which it can be done. It is a first filter: `take` checks each case again."""
        sources = {move.source for move in MACHINE.moves if move.verb in self.verbs}
        return self.states or tuple(state for state in (*OPEN, *IN_FORCE) if state in sources)

    @property
    def ends(self) -> frozenset[State]:
        """States that a case can reach by it."""
        return frozenset(move.to for move in MACHINE.moves if move.verb in (*self.verbs, *self.or_else))

    @property
    def roles(self) -> frozenset[Role]:
        """All roles that may do it, in orders or under own rules."""
        return self.opened(own=False) | self.opened(own=True)

    @property
    def word(self) -> str:
        """The word of `roles.MAY` that fits it best: it opens to all those roles, and to the fewest others."""
        words = (*self._words(own=False), *self._words(own=True), *MAY)
        return min((w for w in words if MAY.get(w, frozenset()) >= self.roles), key=lambda word: len(MAY[word]))

    def opened(self, *, own: bool) -> frozenset[Role]:
        """The roles to which it can open, in an order or in a matter of the house's own."""
        return frozenset(role for word in self._words(own=own) for role in MAY.get(word, ()))

    def _words(self, *, own: bool) -> list[str]:
        moves = (m for m in MACHINE.moves if m.verb in self.verbs and (own or "own_rules" not in m.guards))
        return [*(MACHINE.may(move.verb, own=own) for move in moves), self.words[own]]

    def open_to(self, viewer: Viewer, *, own: bool, many: bool = False) -> bool:
        """Whether the viewer's role may do it at all; whether they may do it about one case, `take` checks."""
        if many and self.words[own]:
            return may(viewer, self.words[own])
        return viewer.account is not None and viewer.role in self.opened(own=own)

    async def done(self, court: Court, w: Writing, viewer: Viewer, case: Case, said: object) -> State:
        """Do it in an open unit, with the fields of `said`. Raises as its function does."""
        named = {field.name: getattr(said, field.name) for field in self.fields if hasattr(said, field.name)}
        if self.form is not None:
            return await self.run(court, w, viewer, case, self.form(**named))
        return await self.run(court, w, viewer, case, **named)


def with_fields[S: msgspec.Struct](base: type[S], fields: Iterable[Field], name: str = "") -> type[S]:
    """A Struct that takes those fields besides its own."""
    rows = {field.name: field.row for field in fields if field.name not in base.__struct_fields__}
    made = msgspec.defstruct(name or base.__name__, rows.values(), bases=(base,), module=base.__module__, kw_only=True)
    made.__doc__ = base.__doc__
    return cast("type[S]", made)


async def perform(
    court: Court, viewer: Viewer, act: Act, ref: str, number: int, said: object, *, seen: int | None = None
) -> State:
    """An act about one case, in a unit of its own. `seen`: the number of its last event that was looked at.

    Raises NotAllowed, NotFound, Invalid by field, Conflict for a case that moved on.
    """
    return await cases.held(act.done)(court, viewer, ref, number, said, seen=seen)


# --- what is said ---


def _reason(hint: str) -> Field:
    return Field(name="reason", label=N_("Reason"), hint=hint, needed=True)


PUBLIC_REASON = _reason(N_("It becomes public once it is approved. Do not repeat the post or name people."))
DRAFT = (
    Field(name="outcome", hint="What to do about this target.", needed=True, most=40, choices=OUTCOMES),
    PUBLIC_REASON,
    Field(name="code", hint="For a refusal: on which ground.", flag="ground", choices=REFUSALS),
    Field(
        name="parts",
        hint="A post or picture of the target to which the measure is narrowed; repeat it.",
        flag="part",
        kind="ids",
    ),
    Field(name="finding", hint="For a whole account: why withholding single posts would not do."),
    Field(name="until", hint="Until when; without it until the order, or its law, says."),
    Field(name="permanent", hint="A suspension for good.", kind="yes"),
    Field(name="text", hint="What a label says."),
    Field(name="rule", hint="In a matter of our own rules: which rule, where it is another, such as 2@1."),
    Field(name="despite", hint="Why, in spite of what the order lacks on its face."),
    Field(
        name="matter", hint="For own_rules_action: the matter (RULES-…); else the newest about the same thing.", most=40
    ),
)
# Of what nobody proposed before: only a measure is done so, and its reason waits for nobody.
AT_ONCE = (
    Field(name="outcome", hint="What to do about this target.", needed=True, most=40, choices=MEASURES),
    _reason("It becomes public at once. Do not repeat the post or name people."),
    *(field for field in DRAFT if field.name not in ("outcome", "reason")),
)
CHANGE = (
    Field(name="kind", hint="Longer, renewed, or less.", needed=True, most=20, choices=KINDS),
    PUBLIC_REASON,
    Field(name="body", hint="Whose act it is: authority, court, review_committee, secretary, house, other.", most=300),
    Field(name="until", hint="Until when it holds then."),
    Field(name="territory", hint="Fewer countries."),
    Field(name="outcome", hint="A narrower measure.", most=40),
    Field(name="parts", hint="A post or picture to which it is narrowed; repeat it.", flag="part", kind="ids"),
    Field(name="text", hint="What a label says."),
)
WORDS = Field(
    name="words", hint="The version of the text that was looked at, where it was edited.", kind="number", looked=True
)

# --- the acts, in the order in which the desk offers them ---

PROPOSE = ("propose_measure", "propose_refusal", "propose_closing")
ENDED = (
    State.LIFTED,
    State.LAPSED,
    State.STAYED,
    State.WITHDRAWN,
    State.SET_ASIDE,
    State.OVERTURNED,
    State.ENDED_BY_LOG,
)

ROWS: tuple[Act, ...] = (
    Act(
        name="propose", verbs=PROPOSE, run=decisions.propose_in, form=Draft, fields=DRAFT, do=N_("Propose"), command="decide",
        told="proposed",
        help="Propose what to do about a target. Nothing is limited by it until another person approves.",
    ),
    Act(
        name="act_alone", verbs=("act_alone",), run=decisions.act_alone_in, form=Draft, fields=AT_ONCE, ways=frozenset({"office"}),
        do=N_("Carry it out now, alone"), help="Decide and carry out what the house's rules leave to one person.",
    ),
    Act(
        name="act", verbs=("act_alone",), or_else=PROPOSE, run=decisions.act_or_propose_in, form=Draft, fields=DRAFT,
        ways=frozenset({"many"}),
        do=N_("Carry out, or propose where two must"), help="Carry out what one person may, propose the rest.",
    ),
    Act(
        name="act_in_emergency", verbs=("act_in_emergency",), run=decisions.act_in_emergency_in, form=Draft, fields=AT_ONCE, ways=SINGLY,
        do=N_("Act in an emergency"), command="emergency", told="in force", once="break_glass",
        also=("glass", "The same as `emergency`, by its name of before."),
        help="Act alone where waiting would do harm: it is over after a day, unless a second person agrees.",
    ),
    Act(
        name="concur", verbs=("concur",), run=decisions.concur_in, fields=(WORDS,), do=N_("Agree as second reviewer"), told="agreed",
        help="Agree as second reviewer, where the law asks for one because of who speaks; a third person approves.",
    ),
    Act(
        name="approve", verbs=tuple(decisions.CARRY_OUT), run=decisions.approve_in, fields=(WORDS,), do=N_("Approve"),
        words=("approve", "approve_sanction"), help="Approve what another person proposed: it is carried out at once.",
        also=("second", "Stand behind what one person did alone in an emergency; without it that is over after a day."),
    ),
    Act(
        name="return", verbs=("return", "return_change"), run=decisions.return_in, fields=(_reason(N_("What should be looked at again?")),),
        do=N_("Send it back"), told="returned", help="Send a proposal back, with a reason.",
    ),
    Act(
        name="change", verbs=("propose_change",), run=decisions.propose_change_in, form=ChangeForm, fields=CHANGE,
        do=N_("Change it: longer, or less"), told="proposed",
        help="Propose that what is in force lasts longer, or is made less. Somebody else approves it, as any proposal.",
    ),
    Act(
        name="keep", verbs=("keep",), run=reviews.keep_in, do=N_("Keep it in force"), about=N_("Look at it again, and keep it"),
        told="kept",
        fields=(_reason(N_("Why it is still needed. It becomes public, and its next day is set by its law.")),),
        help="Say that what is in force was looked at again and is still needed, with a reason.",
    ),
    Act(
        name="lift", verbs=("lift",), run=decisions.lift_in, do=N_("Lift it"), danger=True, told="lifted",
        fields=(_reason(N_("It becomes public. Everything is back as soon as you have sent this.")),),
        help="End what is limited, with a reason: everything is back as it was.",
    ),
    Act(
        name="tell", run=notices.tell_again_in, ways=frozenset({"many"}), words=("work_on_order", "sanction"), states=(*IN_FORCE, *ENDED),
        do=N_("Tell them again"), help="Tell whoever is touched once more what was told of each ruling last.",
    ),
)  # fmt: skip
ACTS: dict[str, Act] = {act.name: act for act in ROWS}
ADDRESSED: dict[str, Act] = ACTS | {act.once: act for act in ROWS if act.once}  # by every name that an address has had


def by_way(way: Way) -> dict[str, Act]:
    """The acts that can be done so, by name."""
    return {act.name: act for act in ROWS if way in act.ways}


def addresses(way: Way) -> dict[str, Act]:
    """The same, also by former names that addresses of the API still use."""
    return {name: act for name, act in ADDRESSED.items() if way in act.ways}


def fields_of(of: Iterable[Act]) -> list[Field]:
    """All fields of these acts, each name once, none of them required."""
    named = {field.name: field for act in of for field in act.fields}
    return [msgspec.structs.replace(field, needed=False, most=0) for field in named.values()]
