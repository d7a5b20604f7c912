"""Checks of entries as such: times that go forward, nothing personal in clear, openings and files that are what was committed to."""

from typing import NamedTuple

import msgspec
from msgspec import Raw

from chaupal_audit.law.procedure import LOGGED
from chaupal_audit.law.rulebook import LONGEST_UNLOGGED
from chaupal_audit.log.entries import Origin, Refill
from chaupal_audit.minutes import moment
from chaupal_audit.rule_of_law.acts import DECIDED, WITH_ORDER, Act
from chaupal_audit.rule_of_law.book import Book
from chaupal_audit.rule_of_law.check import SLACK, Checks
from chaupal_audit.tlog import at_minute

# What is about people is only committed to, in every entry (docs/log-entries.md).
NEVER_IN_CLEAR = frozenset({
    "id", "subject", "speaker", "reason", "finding", "complainant", "note", "comment", "officer", "grounds", "reasons", "body_name",
    "account",
})  # fmt: skip
ABOUT_THE_HOUSE = frozenset({"regime", "policy", "key", "origin", "refill", "snapshot"})
# What the court's entries say in words that rules ask about (docs/log-entries.md). Under a word of its own a measure would need
# no proposal, an appeal change nothing, and a notice tell nobody. Older entries leave some out.
CHANGES = frozenset({"modified", "extended", "renewed", "amended", "confirmed"})
ENDS = CHANGES | {"lifted", "lapsed", "withdrawn", "stayed", "set_aside", "appealed", "unreviewed", "lost"}
CLOSINGS = frozenset({"own_rules_action", "already_gone", "duplicate", "out_of_scope", *WITH_ORDER})
MEASURED = {
    "cause": CHANGES | {DECIDED, "resumed"},
    "outcome": frozenset({"complied_full", "complied_narrower", "own_rules_action"}),
}
WORDS: dict[str, dict[str, frozenset[str]]] = {
    "step": {"step": frozenset({*LOGGED.values(), "reopened"})},
    "decision": {
        "step": frozenset({"proposed", "concurred", "returned", "refused", "closed", "reviewed", "kept", "dropped"}),
        "outcome": CLOSINGS,
    },
    "measure": MEASURED,
    "deamp": MEASURED,
    "reversal": {"step": ENDS},
    "notice": {
        "about": frozenset({"demanded", "begun", "ended", "refused", "closed", "appeal"}),
        "step": frozenset({"sent", "delayed", "withheld", "failed"}),
    },
    "appeal": {
        "step": frozenset({"filed", "decided", "withdrawn"}),
        "outcome": frozenset({"upheld", "modified", "reversed"}),
    },
    "external": {"step": frozenset({"filed", "decided"}), "outcome": frozenset({"for", "against"})},
    "counter": {"step": frozenset({"filed", "forwarded", "restored", "suit"})},
}
DATED = frozenset({"step", "reversal", "appeal", "external", "counter"})
RUN_OUT = ("lapsed", "unreviewed")  # ends that came by the clock, perhaps while no server ran
EMPTY = b'""'
TEXT = (b'"', b"[", b"{")  # how a value begins that says something; a number or a yes names nobody
IDENTITY, CLASS = "subject", "speaker"

_keys = msgspec.json.Decoder(dict[str, Raw]).decode


class OpenedEntry(NamedTuple):
    """Disclosures that somebody published for an entry: those to which it committed, by name, and how many of the rest."""

    act: Act
    foreign: int


class BatchedEntry(NamedTuple):
    """An entry with a cover behind it, which bears the time at which their batch began (ms)."""

    act: Act
    began: int


class OriginAct(NamedTuple):
    """An entry `origin`. `after`: index of the last entry before it that is no cover; -1: there is none."""

    act: Act
    said: Origin
    after: int


class RefillAct(NamedTuple):
    """An entry `refill`. `after`: as in `OriginAct`."""

    act: Act
    said: Refill
    after: int


def vkey_name(vkey: str) -> str:
    """The log's name in its key."""
    return vkey.partition("+")[0]


READING = Checks[Act]()
ORIGINS = Checks[OriginAct]()
REFILLS = Checks[RefillAct]()
BATCHED = Checks[BatchedEntry]()
OPENING = Checks[OpenedEntry]()


@READING.breach(
    "The entry bears an earlier time than one before it.", "प्रविष्टि का समय उससे पहले की प्रविष्टि से भी पहले का है।"
)
def time_backwards(book: Book, act: Act) -> bool:
    return act.at + SLACK < book.now


@READING.breach(
    "The entry bears a later time than that at which a witness signed it.",
    "प्रविष्टि का समय उस समय के बाद का है जब एक गवाह उस पर हस्ताक्षर कर चुका था।",
)
def dated_ahead(book: Book, act: Act) -> str:
    """What witnesses signed at an hour was there at that hour."""
    signed = min((at for size, at in book.witnessed if act.index < size), default=None)
    return f"witnessed at {at_minute(signed)}" if signed is not None and act.logged > signed + SLACK else ""


@BATCHED.breach(
    "The entry bears an earlier time than that at which its batch began: a clock was set back.",
    "प्रविष्टि का समय उसके समूह के आरंभ से भी पहले का है: घड़ी पीछे की गई थी।",
)
def before_its_batch(book: Book, batched: BatchedEntry) -> bool:
    return batched.act.logged + SLACK < batched.began


@READING.breach(
    "What was done in secret came into the log later than the house's rules allow.",
    "जो गुप्त रूप से किया गया वह लॉग में उससे देर से आया जितनी देर सर्वर के नियम देते हैं।",
)
def logged_late(book: Book, act: Act) -> str:
    """What was secret waits for its place in the log no longer than the house's rules of its day let it."""
    latest = min((rules.logged_by(act.at) for rules in book.laws.books_at(act.at)), default=act.at + LONGEST_UNLOGGED)
    return f"at the latest {at_minute(latest)}" if act.sealed and act.logged > latest + SLACK else ""


@READING.breach(
    "The entry says in clear what is about people and may only be committed to.",
    "प्रविष्टि में लोगों के बारे में वह खुला लिखा है जिसकी केवल प्रतिबद्धता हो सकती है।",
)
def words_in_clear(book: Book, act: Act) -> str:
    if act.head.t in ABOUT_THE_HOUSE:
        return ""
    said = _keys(act.head.public)
    return ", ".join(
        sorted(
            name
            for name in NEVER_IN_CLEAR & said.keys()
            if bytes(said[name]).startswith(TEXT) and bytes(said[name]) != EMPTY
        )
    )


@READING.breach(
    "The entry uses a word that its kind does not have, so no rule asks about it.",
    "प्रविष्टि में ऐसा शब्द है जो उस तरह की प्रविष्टि में होता ही नहीं, इसलिए कोई नियम उस पर लागू नहीं होता।",
)
def word_unknown(book: Book, act: Act) -> str:
    known = WORDS.get(act.head.t)
    if known is None:
        return ""
    said = _keys(act.head.public)
    words = ((name, _text(said.get(name))) for name in known)
    return ", ".join(f"{name}: {word}" for name, word in words if word and word not in known[name])


@READING.breach(
    "The entry says that it happened at another time than it was made.",
    "प्रविष्टि कहती है कि बात किसी और समय हुई, जबकि प्रविष्टि किसी और समय बनी।",
)
def said_elsewhen(book: Book, act: Act) -> str:
    """The report counts by what entries say; what ran out did so at its end, whenever that was entered."""
    said = _keys(act.head.public) if act.head.t in DATED else {}
    at = moment(_text(said.get("at")))
    if at is None or (act.head.t == "reversal" and _text(said.get("step")) in RUN_OUT):
        return ""
    return f"{at_minute(at)}, entered {act.head.at}" if abs(at - act.at) > SLACK else ""


def _text(value: Raw | None) -> str:
    """A text; nothing for what is none."""
    return msgspec.json.decode(value, type=str) if value is not None and bytes(value).startswith(b'"') else ""


@ORIGINS.breach(
    "The log says in its midst that it goes on from another one, and does not begin with that one's entries.",
    "लॉग बीच में कहता है कि वह किसी पुराने लॉग से आगे चलता है, पर उसकी प्रविष्टियों से शुरू नहीं होता।",
)
def origin_inside(book: Book, origin: OriginAct) -> str:
    """A log goes on from another from its beginning on, or from all that stands before; later nobody can put another past before it."""
    index, kept = origin.act.index, origin.said.kept
    return "" if origin.after < kept <= index or index == kept == 0 else f"{kept} kept, {index} before it"


@ORIGINS.breach(
    "The log goes on from another one than it was, or under the same name: two logs of one name look like one with two histories.",
    "लॉग उस लॉग से आगे नहीं चलता जो वह था, या उसी नाम से चलता है: एक नाम के दो लॉग दो इतिहासों वाला एक लॉग लगते हैं।",
)
def origin_unlike(book: Book, origin: OriginAct) -> str:
    """Logs begun anew bear names of their own; an entry of before that time says none."""
    said = origin.said
    if not said.kept:
        return ""
    names = [*book.names, vkey_name(said.previous)]
    wrong = (book.keys and said.previous not in book.keys) or vkey_name(said.new) in (*names, "")
    return f"{said.previous} -> {said.new}" if wrong else ""


@REFILLS.breach(
    "The log says that entries came back from a copy, and they are not those right before it.",
    "लॉग कहता है कि प्रविष्टियाँ किसी प्रति से लौटीं, पर वे ठीक उससे पहले की प्रविष्टियाँ नहीं हैं।",
)
def refill_elsewhere(book: Book, refill: RefillAct) -> str:
    """What was written since the store went on is its own, and never what it had lost."""
    start, to = refill.said.start, refill.said.to
    return (
        ""
        if 0 <= start < to <= refill.act.index and refill.after < to
        else f"{start} to {to}, {refill.after} before it"
    )


@OPENING.breach(
    "What was opened is not what the entry committed to.", "जो खोला गया वह वह नहीं है जिसकी प्रविष्टि में प्रतिबद्धता थी।"
)
def opening_foreign(book: Book, opened: OpenedEntry) -> bool:
    return bool(opened.foreign)


@OPENING.breach(
    "The class of a protected person was opened beside who they are.", "संरक्षित व्यक्ति की श्रेणी उसकी पहचान के साथ खोली गई।"
)
def class_with_identity(book: Book, opened: OpenedEntry) -> bool:
    return {IDENTITY, CLASS} <= opened.act.opened.keys()
