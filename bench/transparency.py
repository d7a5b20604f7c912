"""How long the report takes: a made log of a million entries folded, all its tables and figures made.

    python -m bench.transparency [--quick] [--entries N]

Prints seconds and memory; exits with 1 where it takes longer than it may: in seconds of a processor, which are those of the
clock on a machine that does nothing else.
"""

import argparse
import random
import resource
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any

import msgspec

from chaupal_audit.fold.fold import Fold
from chaupal_audit.report.report import canonical, document, report

MOST_SECONDS = 30.0
ENTRIES = 1_000_000
QUICK = 50_000
START = 26_822_880  # 2021-01-01T00:00Z in minutes
COUNTRIES = (("IN", "IN-69A@1"), ("IN", "IN-79-3B@2"), ("DE", "EU-DSA-9@1"), ("BR", "GENERIC@1"), ("US", "US-DMCA@1"))
LANGUAGES = ("hi", "en", "ta", "bn", "mr", "te", "kn", "de")
RULES = ("R1@1", "R2@1", "R3@1", "R4@2")
OWN = ("warn", "mark_sensitive", "limit", "freeze", "remove_post", "suspend")
GROUNDS = ("protected_expression", "not_specific", "no_reasons", "overbroad_account_level")

_encode = msgspec.json.Encoder(order="sorted").encode


class LogStory:
    """Realistic enough: orders of many targets, most decided, some lifted; own rules, notices, appeals, reports."""

    def __init__(self, seed: int = 2021) -> None:
        self.dice = random.Random(seed)
        self.index = 0
        self.minute = START
        self.number = 0

    def entry(self, t: str, ref: str, public: dict[str, Any], **more: Any) -> tuple[int, bytes]:
        said = {"v": 2, "t": t, "ref": ref, "at": at(self.minute), "public": public} | more
        self.index += 1
        return self.index - 1, _encode(said)

    def committed(self, many: int) -> dict[str, Any]:
        """Digests of what an entry commits to."""
        digests = [urlsafe_b64encode(self.dice.randbytes(32)).decode().rstrip("=") for _ in range(many)]
        return {"_sd": sorted(digests), "_sd_alg": "sha-256"}

    def tell(self) -> Iterator[tuple[int, bytes]]:
        """Entries without end."""
        while True:
            self.minute += self.dice.randrange(1, 12)
            self.number += 1
            yield from self.dice.choices((self.order, self.sanction, self.report), (1, 30, 30))[0]()
            if self.dice.random() < 0.1:
                yield self.entry("cover", "", {}, **self.committed(16))

    def order(self) -> Iterator[tuple[int, bytes]]:
        dice, ref = self.dice, f"X-2021-{self.number:06d}"
        country, regime = dice.choice(COUNTRIES)
        targets = dice.randrange(1, 40)
        yield self.entry("order", ref, {
            "kind": "order", "authority": f"Authority {dice.randrange(20)}", "class": dice.choice(("court", "government", "police")),
            "jurisdiction": country, "channel": "staff", "reference": ref, "law": "a law", "bases": ["public_order"],
            "territory": [country], "received": at(self.minute), "act_by": at(self.minute + 2160), "emergency": dice.random() < 0.1,
            "secrecy": "order_text", "targets": {"account": targets}, "by": "staff-0123456789ab",
        }, regime=regime)  # fmt: skip
        begun = self.index - 1
        yield self.entry(
            "step", ref, {"step": "acknowledged", "codes": [], "at": at(self.minute + 60), "by": "s"}, prev=begun
        )
        self.minute += dice.randrange(10, 600)
        for number in range(1, targets + 1):
            yield from self.decide(ref, number, country, regime)

    def decide(self, ref: str, number: int, country: str, regime: str) -> Iterator[tuple[int, bytes]]:
        said = {"target": number, "kind": "account", "demanded": "withhold_account", "by": "staff-0123456789ab"}
        yield self.entry("decision", ref, said | {"step": "proposed"}, regime=regime, **self.committed(4))
        if self.dice.random() < 0.45:
            refused = {"step": "refused", "ground": self.dice.choice(GROUNDS), "second": "s"}
            yield self.entry("decision", ref, said | refused, prev=self.index - 1, regime=regime)
            return
        yield from self.act(
            ref, number, "withhold_account", country, {"basis": "legal_order", "jurisdiction": country}, regime
        )

    def sanction(self) -> Iterator[tuple[int, bytes]]:
        ref, rule = f"O-2021-{self.number:06d}", self.dice.choice(RULES)
        own = {"kind": "own_rules", "source": self.dice.choice(("user_report", "staff", "automated")), "rule": rule}
        yield self.entry("order", ref, own | {"targets": {"account": 1}}, regime="OWN-RULES@1")
        said = {"basis": "own_rules", "outcome": "own_rules_action"} | own
        yield from self.act(ref, 1, self.dice.choice(OWN), "XX", said, "OWN-RULES@1")

    def act(
        self, ref: str, number: int, measure: str, country: str, more: dict[str, Any], regime: str
    ) -> Iterator[tuple[int, bytes]]:
        dice = self.dice
        said = {
            "target": number,
            "kind": "account",
            "measure": measure,
            "outcome": "complied_full",
            "demanded": measure,
            "territory": [country],
            "law": "a law",
            "language": dice.choice(LANGUAGES),
            "opens": [],
            "from": at(self.minute),
            "until": None,
            "review": at(self.minute + 90 * 1440),
            "permanent": False,
            "by": "staff-0123456789ab",
            "second": "s",
        }
        yield self.entry("measure", ref, said | more, regime=regime, **self.committed(4))
        begun = self.index - 1
        yield self.entry(
            "notice", ref, {"about": "begun", "step": "sent", "ways": ["app"], "language": said["language"]}, prev=begun
        )
        if dice.random() < 0.2:
            yield self.entry(
                "appeal", ref, {"step": "filed", "language": said["language"], "at": at(self.minute)}, prev=begun
            )
            filed = self.index - 1
            outcome = dice.choice(("upheld", "reversed"))
            yield self.entry(
                "appeal", ref, {"step": "decided", "outcome": outcome, "at": at(self.minute + 5000)}, prev=filed
            )
        if dice.random() < 0.3:
            yield self.entry(
                "reversal", ref, {"target": number, "step": "lifted", "at": at(self.minute + 6000)}, prev=begun
            )

    def report(self) -> Iterator[tuple[int, bytes]]:
        ref, minute = f"R-2021-{self.number:06d}", self.minute
        said = {"category": "violation", "regime": "IN-GRIEVANCE@1", "language": self.dice.choice(LANGUAGES)}
        due = {"ack_due": at(minute + 1440), "resolve_due": at(minute + 7 * 1440)}
        yield self.entry("report", ref, said | due | {"step": "received", "at": at(minute)})
        yield self.entry("report", ref, said | {"step": "resolved", "outcome": "removed", "at": at(minute + 3000)})


def at(minute: int) -> str:
    days, rest = divmod(minute, 1440)
    if (day := _days.get(days)) is None:
        day = _days[days] = time.strftime("%Y-%m-%d", time.gmtime(days * 86400))
    return f"{day}T{rest // 60:02d}:{rest % 60:02d}Z"


_days: dict[int, str] = {}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--entries", type=int, default=0)
    args = parser.parse_args()
    many = args.entries or (QUICK if args.quick else ENTRIES)
    tell = LogStory().tell()
    entries = [next(tell) for _ in range(many)]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began, worked = time.perf_counter(), time.process_time()
    folded = Fold()
    for done, (_, entry) in enumerate(entries, 1):
        folded.add(entry)
        if done % 100_000 == 0:
            print(f"\r{done} of {many}", end="", flush=True, file=sys.stderr)
    fold_took = time.perf_counter() - began
    made = report(folded.facts)
    tables_took = time.perf_counter() - began - fold_took
    size = len(canonical(document(made)))
    took = time.perf_counter() - began
    worked = time.process_time() - worked
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    print(
        f"\n{many} entries: folded in {fold_took:.1f} s, tables and figures in {tables_took:.1f} s, in all {took:.1f} s"
        f" ({worked:.1f} s of a processor; may take {MOST_SECONDS:.0f}); {size} bytes of JSON, {memory} MB,"
        f" {folded.facts.unreadable} unreadable"
    )
    return 0 if worked <= MOST_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
