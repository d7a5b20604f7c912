"""Policies: whom a reader trusts to have seen the same log, as c2sp.org/tlog-policy writes it; and what they make a verifier refuse."""

import pytest

from chaupal_audit import tlog
from chaupal_audit.errors import Malformed
from chaupal_audit.log.findings import Fault
from logs import ENTRIES, VKEY, Mirror

WITNESSES = [tlog.Cosigner.from_seed(f"w{n}.example/witness", bytes([n] * 32)) for n in range(1, 7)]
X1, X2, X3, Y1, Y2, Y3 = (str(witness.public) for witness in WITNESSES)
TWO_LEVELS = f"""# as in the paper
log {VKEY} https://chaupal.example/log

witness X1 {X1}
witness X2 {X2}\thttps://w2.example
witness X3 {X3}
group X-witnesses 2 X1 X2 X3

  witness Y1 {Y1}
witness Y2 {Y2}
witness Y3 {Y3}
group Y-witnesses any Y1 Y2 Y3
group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


def cosigned(*numbers: int) -> Mirror:
    """The log of `logs.py`, its checkpoint signed by these of the witnesses."""
    log = Mirror(ENTRIES)
    lines = "".join(WITNESSES[number].cosign(log.head.text, 1_700_000_000 + number) for number in numbers)
    log.files["checkpoint"] += lines.encode()
    return log


@pytest.mark.parametrize(
    ("numbers", "enough"),
    [((), False), ((0, 1), False), ((0, 1, 3), True), ((0, 1, 2), False), ((0, 3, 4, 5), False), ((1, 2, 5), True)],
)
def test_a_quorum_of_groups_is_counted_as_the_paper_says(numbers: tuple[int, ...], enough: bool):
    policy = tlog.parse_policy(TWO_LEVELS)
    assert (policy.key, policy.least, len(policy.witnesses)) == (VKEY, 3, 6)
    assert policy.holds(policy.signed_by(cosigned(*numbers).note)) is enough


@pytest.mark.parametrize(
    "bad",
    [
        "",
        f"witness a {X1}\n",  # no quorum
        f"witness a {X1}\nquorum a\nquorum a\n",
        "quorum a\n",
        f"quorum a\nwitness a {X1}\n",  # defined later
        f"witness a {X1}\nwitness b {X1}\nquorum a\n",  # one key twice
        f"witness a {X1}\nwitness a {X2}\nquorum a\n",  # one name twice
        f"witness none {X1}\nquorum none\n",
        f"witness a {VKEY}\nquorum a\n",  # a log's key
        f"log {X1}\nquorum none\n",  # a witness's key
        f"log {VKEY}\nlog {VKEY}\nquorum none\n",
        f"witness a {X1}\ngroup g 2 a\nquorum g\n",
        f"witness a {X1}\ngroup g 0 a\nquorum g\n",
        f"witness a {X1}\ngroup g all\nquorum g\n",
        f"witness a {X1}\ngroup g all a a\nquorum g\n",
        f"witness a {X1}\ngroup g all none\nquorum g\n",
        f"witness a {X1}\ngroup g all a\ngroup h all a\nquorum g\n",  # who counts once counts once
        f"witness a {X1}\nquorum a\r\n",
        "quorum none\nmirror a\n",
    ],
)
def test_what_is_no_policy_is_refused(bad: str):
    with pytest.raises(Malformed):
        tlog.parse_policy(bad)


def test_the_quorum_none_asks_for_nobody():
    policy = tlog.parse_policy("quorum none\n")
    assert (policy.holds([]), policy.least, policy.key) == (True, 0, None)


def test_what_a_server_writes_is_read_again():
    parties = [tlog.Party(witness.public, "https://w.example/log") for witness in WITNESSES[:3]]
    text = tlog.write_policy([tlog.Party(tlog.VerifyingKey.parse(VKEY), "https://chaupal.example/log")], parties, 2)
    policy = tlog.parse_policy(text)
    assert (policy.least, policy.key, len(policy.witnesses)) == (2, VKEY, 3)
    assert tlog.parse_policy(tlog.write_policy([], [], 0)).least == 0


def test_witnesses_by_their_keys_need_more_than_half():
    assert [tlog.policy_of([X1, X2, X3, Y1][:n]).least for n in (1, 2, 3, 4)] == [1, 2, 2, 3]
    assert tlog.policy_of([X1, X2], 1).least == 1
    with pytest.raises(Malformed):
        tlog.policy_of([X1, X2], 3)
    with pytest.raises(Malformed):
        tlog.policy_of([X1, X1])


# --- a verifier that asks for witnesses ---


def test_a_first_time_visitor_is_not_shown_a_history_that_no_witness_has_seen():
    fork = Mirror([*ENTRIES[:300], ENTRIES[0], *ENTRIES[301:]])  # signed by the log itself, as a fork is
    assert fork.verify().ok
    found = fork.verify(policy=tlog.policy_of([X1, X2, X3]))
    assert (found.fault, found.where) == (Fault.unwitnessed, "0 of 3 signed, 2 are needed")
    stolen = cosigned(0, 1).note.partition("\n\n")[2]  # what witnesses signed under the true checkpoint
    fork.files["checkpoint"] = (fork.note.partition("\n\n")[0] + "\n\n" + stolen).encode()
    assert fork.verify(policy=tlog.policy_of([X1, X2, X3])).fault is not None


@pytest.mark.parametrize(
    ("signed", "ok"), [((), False), ((0,), False), ((0, 2), True), ((0, 1, 2), True), ((3, 4), False)]
)
def test_a_log_verifies_where_enough_of_the_given_witnesses_signed(signed: tuple[int, ...], ok: bool):
    found = cosigned(*signed).verify(policy=tlog.policy_of([X1, X2, X3]))
    assert (found.ok, found.witnesses, found.cosignatures) == (ok, 3, len(signed))
    known = [WITNESSES[number].name for number in signed if number < 3]
    assert list(found.witnessed) == known
    assert all(at >= 1_700_000_000 for at in found.witnessed.values())


def test_without_a_policy_it_is_said_how_many_unknown_ones_signed():
    found = cosigned(0, 3).verify()
    assert (found.ok, found.witnesses, found.witnessed, found.cosignatures) == (True, None, {}, 2)


def test_a_cosignature_that_is_spoiled_counts_for_nothing():
    log = cosigned(0, 1)
    body = bytearray(log.files["checkpoint"])
    body[-9] ^= 1
    log.files["checkpoint"] = bytes(body)
    assert not log.verify(policy=tlog.policy_of([X1, X2])).ok
