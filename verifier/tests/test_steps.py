"""A log made to hold an auditor: twice as much of it takes twice as many steps, and not four times. Steps are counted, not timed."""

import sys
from collections.abc import Callable

import pytest

from chaupal_audit.fold.fold import Fold
from chaupal_audit.report.report import report
from chaupal_audit.rule_of_law import patience
from scribe import FILES, MODERATOR, SECOND, Scribe, sha256

FEW = 40
EVENTS = sys.monitoring.events
TOOL = 4  # a number that neither coverage nor a profiler takes


def kept(scribe: Scribe, many: int) -> None:
    """Each measure of one case is looked at, and so are those before it."""
    for _ in range(many):
        made = scribe.measure(until=None, review=scribe.minute(days=30))
        scribe.keep(made, "kept", review=scribe.minute(days=30))


def agreed(scribe: Scribe, many: int) -> None:
    """What one did in an emergency is agreed to, ends and goes on, each time."""
    for _ in range(many):
        made = scribe.measure(
            until=scribe.minute(hours=20), second=None, break_glass=True, glass_until=scribe.minute(hours=20)
        )
        scribe.keep(made, "reviewed", ends=scribe.minute(days=30))
        stayed = scribe.reverse(made, "stayed")
        scribe.reverse(scribe.measure(prev=stayed, cause="resumed", second=None))
        scribe.later(days=61)


def in_parts(scribe: Scribe, many: int) -> None:
    """One proposal limits many things."""
    proposal = scribe.propose()
    for _ in range(many):
        scribe.measure(prev=proposal, carried=scribe.opens[proposal], parts=many)


def by_themselves(scribe: Scribe, many: int) -> None:
    """One person does something to another thing each time."""
    scribe.own(targets={"account": many})
    for target in range(1, many + 1):
        scribe.write("measure", "HOUSE-2021-0001", scribe.public(scribe.alone(target=target)))


def now_and_then(scribe: Scribe, many: int) -> None:
    """One person does something to one thing again and again, as seldom as they may."""
    scribe.own(targets={"account": 1})
    for _ in range(many):
        scribe.alone()
        scribe.later(days=40)


def withdrawn(scribe: Scribe, many: int) -> None:
    """An order goes to and fro, and each time measures end by it."""
    for _ in range(many):
        scribe.step("stayed")
        scribe.reverse(scribe.measure(), "stayed")


def all_open(scribe: Scribe, many: int) -> None:
    """What one did is agreed to, and never ends."""
    for _ in range(many):
        scribe.keep(scribe.measure(second=None, break_glass=True), "reviewed", ends=scribe.minute(days=30))


def soon_again(scribe: Scribe, many: int) -> None:
    """What one did is agreed to and ends, and they do it again at once."""
    for _ in range(many):
        made = scribe.measure(second=None, break_glass=True)
        scribe.keep(made, "reviewed", ends=scribe.minute(days=30))
        scribe.reverse(made)


def appealed(scribe: Scribe, many: int) -> None:
    """Appeals narrow what is in force."""
    for _ in range(many):
        made = scribe.measure()
        scribe.appeal(scribe.appeal(made, "filed"), "decided", outcome="modified")
        scribe.reverse(scribe.measure(prev=scribe.reverse(made, "modified"), cause="modified"))
        scribe.later(minutes=30)


def narrowed(scribe: Scribe, many: int) -> None:
    """What one did is agreed to and made less, again and again: each end was asked twice for the one before, so that 24 took minutes."""
    made = scribe.measure(second=None)
    for _ in range(many):
        scribe.keep(made, "reviewed", ends=scribe.minute(days=9))
        made = scribe.measure(prev=scribe.reverse(made, "modified"), cause="modified", second=None)


def heard_along_a_line(scribe: Scribe, many: int) -> None:
    """What is stayed and goes on again and again is appealed each time, at last all at once."""
    made = scribe.measure()
    for number in range(many):
        outcome = ("upheld", "reversed", "modified")[number % 3]
        scribe.appeal(scribe.appeal(made, "filed"), "decided", outcome=outcome)
        scribe.later(minutes=number % 2)
        made = scribe.measure(prev=scribe.reverse(made, "stayed"), cause="resumed")


def left_by_appeals(scribe: Scribe, many: int) -> None:
    """What an appeal left is appealed again."""
    made = scribe.measure()
    for _ in range(many):
        scribe.appeal(scribe.appeal(made, "filed"), "decided", outcome="modified")
        made = scribe.measure(prev=scribe.reverse(made, "modified"), cause="modified")


def run_out(scribe: Scribe, many: int) -> None:
    """One target is decided about again and again; each time it ran out, and no entry says so."""
    for _ in range(many):
        scribe.decide(until=scribe.minute(hours=1))
        scribe.later(hours=2)


def run_out_agreed(scribe: Scribe, many: int) -> None:
    """The same, beside what one did, to which another agreed."""
    for _ in range(many):
        scribe.decide(until=scribe.minute(hours=1))
        made = scribe.measure(second=None, break_glass=True, until=scribe.minute(hours=1))
        scribe.keep(made, "reviewed", ends=scribe.minute(hours=2))
        scribe.later(hours=3)


def all_named(scribe: Scribe, many: int) -> None:
    """An order names many things, and each is decided about."""
    scribe.open_order("IN-2021-0002", targets={"post": many})
    for target in range(1, many + 1):
        scribe.decide("IN-2021-0002", target)


def frozen(scribe: Scribe, many: int) -> None:
    """Reports of the first month are frozen for ever."""
    for revision in range(1, many + 1):
        scribe.later(days=31)
        public = {"period": "2021-02", "revision": revision, "size": 1, "sha256": "00", "files": {}}
        scribe.write("snapshot", "2021-02", public)


def registered(scribe: Scribe, many: int) -> None:
    """Each order is of an authority of its own."""
    for number in range(many):
        scribe.authority(f"Office {number}")
        scribe.order(f"IN-2021-1{number:03}", authority=f"Office {number}")


def outside(scribe: Scribe, many: int) -> None:
    """Bodies outside are asked, and later they decide, one after the other."""
    for number in range(many):
        scribe.write("external", f"EXTERNAL-{number}", {"step": "filed", "body": "high_court"})
    for number in range(many):
        scribe.write("external", f"EXTERNAL-{number}", {"step": "decided", "outcome": "for"})


def side_by_side(scribe: Scribe, many: int) -> None:
    """Two measures go on from each end, and many from the first; each is appealed, and so is the first."""
    first = made = scribe.measure()
    end = scribe.reverse(first, "stayed")
    for _ in range(many):
        scribe.measure(prev=end, cause="resumed")
        scribe.appeal(scribe.appeal(first, "filed"), "decided", outcome="upheld")
    for number in range(many):
        scribe.appeal(scribe.appeal(made, "filed"), "decided", outcome=("upheld", "reversed", "modified")[number % 3])
        end = scribe.reverse(made, "stayed")
        both = [scribe.measure(prev=end, cause="resumed") for _ in range(2)]
        made = both[number % 2]


def closed_again(scribe: Scribe, many: int) -> None:
    """An order is closed again and again while ever more is in force, of a kind that counts as no other."""
    for number in range(many):
        scribe.measure(target=1 + number % 2, second=None, measure="unheard of")
        scribe.step("closed")


def agreed_and_erased(scribe: Scribe, many: int) -> None:
    """Many agree before each part is carried out, and words are erased of what many had a hand in."""
    scribe.order("IN-2021-0002")
    proposal = scribe.propose(protected=True)
    for number in range(many):
        scribe.concur(proposal)
        made = scribe.measure(
            prev=proposal, carried=scribe.opens[proposal], parts=many, protected=True, concurred=SECOND
        )
        scribe.keep(made, by=f"staff-{number:012x}")
        scribe.write("open", "", {"erased": ["reason"], "by": SECOND}, prev=made)


def lost_and_back(scribe: Scribe, many: int) -> None:
    """The store loses what was agreed to, or who looked, again and again."""
    scribe.measure(second=None)
    for _ in range(many):
        scribe.measure(second=None)
    made = scribe.measure(target=2)
    for _ in range(many):
        made = scribe.measure(target=2, prev=scribe.reverse(made, "stayed"), cause="resumed")
    for number in range(many):
        start = len(scribe.entries)
        if number % 2:
            scribe.keep(made, "reviewed", ends=scribe.minute(days=30))
        else:
            scribe.keep(made - 2 * many - 2, "reviewed", ends=scribe.minute(days=30))
        scribe.write("refill", "example.org/log", {"from": start, "to": start + 1, "by": "machine"})
        scribe.measure()
        scribe.measure(second=None, measure="unheard of")
        scribe.appeal(scribe.appeal(made, "filed"), "decided", outcome="upheld")


def one_team(scribe: Scribe, many: int) -> None:
    """Many people stand behind a line, and look at what is in force; each time somebody hears an appeal whom the rules may keep from it."""
    rules = FILES["house_rules.1"].replace(b"own_team = []", b'own_team = ["hear_appeal"]', 1)
    scribe.files[sha256(rules)] = rules
    scribe.rules(digest=sha256(rules))
    made, other = scribe.measure(), scribe.measure(target=2)
    for number in range(many):
        scribe.role(MODERATOR, ("clerk", "moderator")[number % 2], ("moderator", "clerk")[number % 2])
        scribe.keep(other, by=f"staff-{number:012x}")
        made = scribe.measure(prev=scribe.reverse(made, "stayed"), cause="resumed", second=f"staff-{number:012x}")
        for one in (made, other):
            scribe.appeal(scribe.appeal(one, "filed"), "decided", outcome="upheld", by=MODERATOR)


def laws_and_tallies(scribe: Scribe, many: int) -> None:
    """A law has ever more versions that nobody has, and a tally ever more parts."""
    for number in range(many):
        scribe.write("regime", f"IN-69A@{number + 9}", {"id": "IN-69A", "version": number + 9, "sha256": "00"})
        scribe.measure()
    for number in range(many):
        scribe.tally([("activist", "refused", "post")], 1, part=number + 1, parts=many)


WRITERS = [
    kept,
    agreed,
    in_parts,
    by_themselves,
    now_and_then,
    withdrawn,
    all_open,
    soon_again,
    appealed,
    narrowed,
    heard_along_a_line,
    left_by_appeals,
    run_out,
    run_out_agreed,
    all_named,
    frozen,
    registered,
    side_by_side,
    closed_again,
    agreed_and_erased,
    lost_and_back,
    one_team,
    laws_and_tallies,
]


@pytest.mark.parametrize("write", WRITERS)
def test_twice_as_much_takes_twice_as_many_steps(write: Callable[[Scribe, int], None], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(patience, "AT_FIRST", 0)  # it is soon at its end
    monkeypatch.setattr(patience, "EACH", 1)
    _, none, once, twice = (steps(write, many) for many in (0, 0, FEW, 2 * FEW))  # what is read once is read first
    assert twice - once < 1.02 * (once - none), (none, once, twice)


@pytest.mark.parametrize("write", [outside, narrowed, all_open])
def test_and_so_does_its_report(write: Callable[[Scribe, int], None]):
    def folded(scribe: Scribe) -> None:
        fold = Fold()
        for entry in scribe.entries:
            fold.add(entry)
        report(fold.facts)

    _, none, once, twice = (steps(write, many, folded) for many in (0, 0, FEW, 2 * FEW))
    assert twice - once < 1.02 * (once - none), (none, once, twice)


def steps(write: Callable[[Scribe, int], None], many: int, read: Callable[[Scribe], object] = Scribe.verdict) -> int:
    """Calls and turns of loops that an audit makes."""
    scribe, counted = Scribe(), 0
    scribe.begin()
    scribe.open_order()
    write(scribe, many)

    def count(*_: object) -> None:
        nonlocal counted
        counted += 1

    seen = (EVENTS.PY_START, EVENTS.PY_RESUME, EVENTS.JUMP)
    sys.monitoring.use_tool_id(TOOL, "steps")
    try:
        for event in seen:
            sys.monitoring.register_callback(TOOL, event, count)
        sys.monitoring.set_events(TOOL, sum(seen))
        read(scribe)
    finally:
        sys.monitoring.free_tool_id(TOOL)
    return counted
