"""What the court does to the square."""

from chaupal.kernel.event import Event


class RulingChanged(Event, frozen=True):
    """What the gate obeys is another now: `ruling` on `subject` (a post or account of `owner`) in `territory`.

    It was made about target number `target` of the order with the reference `order`.
    """

    order: str
    target: int
    ruling: int
    subject: int
    kind: str
    owner: int | None
    measure: str
    territory: tuple[str, ...]


class OrderMoved(Event, frozen=True):
    """A step of an order as a whole: the verb and the stage it came to."""

    order: str
    verb: str
    stage: str


class WordsNamed(Event, frozen=True):
    """An order named things; those from number `first` on are to be held as they stand."""

    order: str
    first: int


class CaseDecided(Event, frozen=True):
    """A case is no longer open: target number `target` of an order, something of `owner`'s."""

    order: str
    target: int
    owner: int


class DecisionServed(RulingChanged, frozen=True):
    """It was decided and is in force: the subject is withheld in the territory. By two people, but for what one may do."""


class RulingSeconded(Event, frozen=True):
    """A second person agreed to what one did without them: the `ruling` on `subject` stands on two from now on."""

    ruling: int
    subject: int
    measure: str


class RulingLifted(RulingChanged, frozen=True):
    """The ruling ended, by a person or (`lapsed`) by the clock; its subject is back."""

    lapsed: bool = False


class NoticeAsked(Event, frozen=True):
    """Whoever is touched by a ruling is to be told of it once more. `telling`: what they were told; `at` (ms) makes it one time."""

    ruling: int
    telling: int
    at: int


class ClockAlert(Event, frozen=True):
    """`share` per cent of the time for something have passed: the `clock` (kind) of an order, an appeal or a report.

    `of`: its id. `due_at` in ms. Told once for each share; it asks people to act and does nothing by itself. `in_letter`: the
    `ClocksPassed` beside it writes the letters; one of a server of the version before has none beside it.
    """

    what: str
    of: int
    clock: str
    share: int
    due_at: int
    in_letter: bool = False

    @property
    def concerns(self) -> object:
        return self.of


class ClocksPassed(Event, frozen=True):
    """What a look at the clocks found, a hundred at most: of these staff are told, by one letter to each."""

    alerts: tuple[ClockAlert, ...]


class StatementPublished(Event, frozen=True):
    """The house says something about orders; `slug`: its address."""

    slug: str


class AppealFiled(Event, frozen=True):
    """`account` asks that a ruling on them be looked at again."""

    appeal: int
    ruling: int
    account: int


class AppealAnswered(Event, frozen=True):
    """Staff wrote to the person concerned (`message` of the appeal)."""

    appeal: int
    account: int
    message: int


class AppealDecided(Event, frozen=True):
    """Upheld, modified or reversed; `following`: the narrower ruling that stands in place of the one appealed."""

    appeal: int
    ruling: int
    account: int
    outcome: str
    following: int | None = None


class ReportToConfirm(Event, frozen=True):
    """Somebody without an account wrote a report; it counts once they follow a link that is mailed to them."""

    report: int


class ReportReceived(Event, frozen=True):
    """A report counts from now on. Who wrote it stays with the staff."""

    report: int
    ref: str


class ReportResolved(Event, frozen=True):
    """What became of a report: removed, limited, labelled, warned, suspended, none or forwarded."""

    report: int
    ref: str
    outcome: str


class OfficeUserInvited(Event, frozen=True):
    """Somebody may file for an authority: a link to enrol is due. `user`: their id."""

    user: int


class OfficeCodesGuessed(Event, frozen=True):
    """Somebody knows the password of somebody of an authority, and goes through codes: word of it is due. `user`: their id."""

    user: int


class AuthorityChangeProposed(Event, frozen=True):
    """Somebody proposes to know an authority otherwise (`what`: which fields); its contact and its people are to be told."""

    authority: int
    what: tuple[str, ...]


class RoleGiven(Event, frozen=True):
    """Somebody has another part in the office, or none any more (`member`)."""

    account: int
    role: str


class SecondStepWanted(Event, frozen=True):
    """Somebody of the staff is asked to set up what is asked beside their password."""

    account: int


class SecondStepEnded(Event, frozen=True):
    """An owner, or whoever runs the server, took away what was asked of an account beside its password."""

    account: int
