"""A scribe who writes logs by hand, as docs/log-entries.md says, true ones and lies: no court and no database stands behind them."""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import rfc8785

from chaupal_audit.rule_of_law import Verdict, laws, try_log

# The files of law that a server ships: they are read as any file that a log cites.
GOVERNANCE = Path(__file__).parents[2] / "src" / "chaupal" / "governance"
LAWS, RULES = GOVERNANCE / "regimes" / "files", GOVERNANCE / "laws"

REASON = "The post names a person as armed, which the order shows to be false."
OWNER, CLERK, PROPOSER, APPROVER, SECOND, MODERATOR = (f"staff-{n:012x}" for n in range(1, 7))
ROLES = {CLERK: "clerk", PROPOSER: "reviewer", APPROVER: "approver", SECOND: "reviewer", MODERATOR: "moderator"}
MINISTRY = "Ministry of Electronics"
FILES = {path.stem: path.read_bytes() for path in (*LAWS.glob("*.toml"), *RULES.glob("house_rules.*.toml"))}
REGIMES = {
    "IN-69A@1": "IN-69A.2009",
    "IN-69A-EMERG@1": "IN-69A-EMERG.2009",
    "OWN-RULES@1": "OWN-RULES.1",
    "IN-NCII@1": "IN-NCII.2021",
}
type Public = dict[str, object]

# What a file of law says depends on it alone, and each verdict read the same few anew: three quarters of what it took.
laws._read = cache(laws._read)


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


BY_HASH = {sha256(body): body for body in FILES.values()}


class Scribe:
    """`clock` is moved by `later`. Every method writes one entry and gives its index; `changes` are laid over its public fields."""

    def __init__(self) -> None:
        self.clock = datetime(2021, 2, 10, 15, 0, tzinfo=UTC)
        self.entries: list[bytes] = []
        self.opens: dict[int, dict[str, str]] = {}  # index -> name -> disclosure
        self.files: dict[str, bytes] = dict(BY_HASH)
        self.beside: dict[int, list[str]] = {}  # what is published beside the log
        self.witnessed: list[tuple[int, int]] = []
        self.batch = ""  # when it began, where each entry has a cover behind it
        self._orders: dict[str, int] = {}  # by its reference, the first
        self._salts = 0

    def later(self, **span: float) -> None:
        self.clock += timedelta(**span)

    def minute(self, **span: float) -> str:
        return (self.clock + timedelta(**span)).strftime("%Y-%m-%dT%H:%MZ")

    def write(
        self,
        t: str,
        ref: str,
        public: Mapping[str, object],
        *,
        regime: str = "",
        prev: int | None = None,
        private: Mapping[str, object] | None = None,
        carried: Mapping[str, str] | None = None,
        at: str = "",
    ) -> int:
        """`private` fields are committed to anew; `carried` disclosures as they are."""
        opens = {name: self._disclosure(name, value) for name, value in (private or {}).items()} | dict(carried or {})
        fields: Public = {"v": 2, "t": t, "ref": ref, "at": at or self.minute(), "public": dict(public)}
        fields |= {"regime": regime} if regime else {}
        fields |= {} if prev is None else {"prev": prev}
        fields |= {"_sd_alg": "sha-256", "_sd": sorted(map(digest, opens.values()))} if opens else {}
        self.entries.append(rfc8785.dumps(fields))
        index = len(self.entries) - 1
        self.opens[index] = opens
        if t == "order":
            self._orders.setdefault(ref, index)
        if self.batch and t != "cover":
            self.write("cover", "", {}, at=self.batch)
        return index

    def _disclosure(self, name: str, value: object) -> str:
        self._salts += 1
        salt = _b64(self._salts.to_bytes(16))
        return _b64(rfc8785.dumps([salt, name, value]))

    # --- the house ---

    def role(self, person: str, role: str, was: str = "member", by: str = OWNER) -> int:
        return self.write("role", person, {"role": role, "was": was, "by": by})

    def law(self, ref: str, digest: str = "") -> int:
        id_, _, version = ref.partition("@")
        body = FILES[REGIMES[ref]] if ref in REGIMES else b""
        return self.write("regime", ref, {"id": id_, "version": int(version), "sha256": digest or sha256(body)})

    def rules(self, version: int = 1, digest: str = "") -> int:
        found = digest or sha256(FILES["house_rules.1"])
        return self.write("policy", "house-rules", {"version": version, "sha256": found})

    def authority(self, name: str = MINISTRY, prev: int | None = None, **changes: object) -> int:
        public = {
            "step": "added",
            "name": name,
            "name_hi": "",
            "jurisdiction": "IN",
            "class": "government",
            "office": "",
            "what": [],
            "by": CLERK,
            "second": APPROVER,
        }
        return self.write("authority", f"authority-{name.casefold().replace(' ', '-')}", public | changes, prev=prev)

    def agreed(self, name: str, **said: object) -> int:
        """An authority that one proposed and another agreed to."""
        proposed = self.authority(name, step="proposed", second=None, **said)
        return self.authority(name, proposed, **said)

    def begin(self) -> None:
        """Roles, laws, rules and an authority."""
        self.role(OWNER, "owner", by="machine")
        for person, role in ROLES.items():
            self.role(person, role)
        for ref in REGIMES:
            self.law(ref)
        self.rules()
        self.authority()

    # --- orders ---

    def order(
        self, ref: str = "IN-2021-0001", regime: str = "IN-69A@1", said: Public | None = None, **changes: object
    ) -> int:
        emergency = regime.startswith("IN-69A-EMERG")
        public: Public = {
            "kind": "order", "authority": MINISTRY, "class": "government", "jurisdiction": "IN", "channel": "letter",
            "rank": "joint_secretary", "office": "designated_officer", "reference": "16(1)/1", "law": "IT Act 2000, section 69A",
            "bases": ["public_order"], "territory": ["IN"], "dated": self.minute()[:10], "received": self.minute(), "act_by": None,
            "law_act_by": None, "interim_until": self.minute(hours=48) if emergency else None, "ends": None,
            "emergency": emergency, "secrecy": "order_text", "targets": {"post": 2, "account": 1}, "document": None,
            "signature": "absent", "origin": "verified", "defects": [], "confirms": None, "source": "", "rule": "",
            "flagged_by": "", "by": CLERK, "let_in_by": None,
        }  # fmt: skip
        public |= (said or {}) | changes
        return self.write(
            "order", ref, public, regime=regime, private={"grounds": "public order", "officer": "A. Sharma"}
        )

    def own(self, ref: str = "HOUSE-2021-0001", **changes: object) -> int:
        public: Public = {
            "kind": "own_rules",
            "authority": "",
            "class": "house",
            "jurisdiction": "",
            "channel": "house",
            "bases": [],
            "territory": ["XX"],
            "secrecy": "none",
            "source": "staff",
            "rule": "1@1",
            "by": MODERATOR,
            "law": "The rules of this server",
        }
        return self.order(ref, "OWN-RULES@1", public | changes)

    def step(self, step: str, ref: str = "IN-2021-0001", **changes: object) -> int:
        public: Public = {"step": step, "codes": [], "targets": [], "body": "", "at": self.minute(), "by": PROPOSER}
        return self.write("step", ref, public | changes, regime=self._regime(ref), prev=self._index(ref))

    def open_order(self, ref: str = "IN-2021-0001", regime: str = "IN-69A@1", **changes: object) -> int:
        """An order that is ready to be decided."""
        index = self.order(ref, regime, changes)
        self.later(minutes=20)
        self.step("acknowledged", ref, by=CLERK)
        self.step("checked", ref, by=CLERK)
        return index

    # --- decisions ---

    def propose(
        self,
        ref: str = "IN-2021-0001",
        target: int = 1,
        outcome: str = "withhold_post",
        prev: int | None = None,
        reason: str = REASON,
        ground: str = "",
        finding: str = "",
        why: str = "",
        until: str = "",
        **changes: object,
    ) -> int:
        public: Public = {
            "target": target,
            "kind": "post",
            "step": "proposed",
            "demanded": "withhold_post",
            "protected": False,
            "defects": [],
            "edited": False,
            "by": PROPOSER,
        }
        private = {"outcome": outcome, "reason": reason, "subject": "112233", "speaker": "activist"}
        private |= {"ground": ground} if ground else {}
        private |= {"finding": finding} if finding else {}
        private |= {"despite": why} if why else {}
        private |= {"until": until} if until else {}
        prev = self._index(ref) if prev is None else prev
        return self.write("decision", ref, public | changes, regime=self._regime(ref), prev=prev, private=private)

    def concur(self, proposal: int, **changes: object) -> int:
        said = self.public(proposal)
        public = {name: said[name] for name in ("target", "kind", "demanded", "protected")} | {
            "step": "concurred",
            "by": SECOND,
        }
        return self._after("decision", proposal, public | changes)

    def refuse(self, proposal: int, step: str = "refused", **changes: object) -> int:
        said = self.public(proposal)
        public: Public = {name: said[name] for name in ("target", "kind", "demanded", "protected")}
        told: Public = {"ground": "protected_expression"} if step == "refused" else {"outcome": "already_gone"}
        public |= {"step": step, "by": said["by"], "second": APPROVER, "opens": self.codes(proposal)} | told
        return self._after("decision", proposal, public | changes, carried=self.opens[proposal])

    def measure(
        self,
        ref: str = "IN-2021-0001",
        target: int = 1,
        prev: int | None = None,
        carried: Mapping[str, str] | None = None,
        said: Public | None = None,
        **changes: object,
    ) -> int:
        regime = self._regime(ref)
        own = regime.startswith("OWN")
        order = self.public(self._index(ref)) if self._has(ref) else {}
        public: Public = {
            "target": target, "kind": "post", "measure": "withhold_post", "demanded": "withhold_post", "territory": ["IN"],
            "outcome": "own_rules_action" if own else "complied_full", "basis": "own_rules" if own else "legal_order",
            "authority": order.get("authority", MINISTRY), "jurisdiction": order.get("jurisdiction", "IN"),
            "law": order.get("law", ""), "rule": order.get("rule"), "source": order.get("source") or "government", "language": "hi",
            "flagged_by": order.get("flagged_by", ""),
            "protected": False, "finding": False, "parts": 1, "from": self.minute(), "until": self.minute(days=30), "review": None,
            "permanent": False, "strike_until": None, "alone": False, "break_glass": False, "glass_until": None, "cause": "decided",
            "body": "", "for": None, "opens": [], "by": PROPOSER, "second": APPROVER, "concurred": None,
        }  # fmt: skip
        public |= {"territory": ["XX"], "kind": "account", "measure": "freeze"} if own else {}
        private = {} if carried is not None else {"subject": "112233", "speaker": None, "reason": REASON}
        prev = self._index(ref) if prev is None else prev
        return self.write(
            "measure", ref, public | (said or {}) | changes, regime=regime, prev=prev, private=private, carried=carried
        )

    def approve(self, proposal: int, *, tell: bool = True, said: Public | None = None, **changes: object) -> int:
        known = self.public(proposal)
        public: Public = {name: known[name] for name in ("target", "kind", "demanded", "protected", "by")}
        public |= {"opens": self.codes(proposal), "measure": self.outcome(proposal)}
        public |= {"finding": "finding" in self.opens[proposal]}
        ref = str(self.fields(proposal)["ref"])
        made = self.measure(ref, prev=proposal, carried=self.opens[proposal], said=public | (said or {}) | changes)
        if tell:
            self.notice(made)
        return made

    def decide(self, ref: str = "IN-2021-0001", target: int = 1, **changes: object) -> int:
        """Proposed, approved and told. `start` is laid over `from`, which is a word of Python's."""
        if "start" in changes:
            changes["from"] = changes.pop("start")
        proposal = self.propose(ref, target)
        self.later(minutes=5)
        return self.approve(proposal, said=changes)

    def alone(self, ref: str = "HOUSE-2021-0001", said: Public | None = None, **changes: object) -> int:
        """What one moderator does by the house's own rules, and tells."""
        public: Public = {
            "alone": True,
            "by": MODERATOR,
            "second": None,
            "measure": "limit",
            "until": self.minute(days=2),
            "demanded": "",
        }
        made = self.measure(ref, said=public | (said or {}) | changes)
        self.notice(made)
        return made

    def reverse(self, made: int, step: str = "lifted", **changes: object) -> int:
        said = self.public(made)
        public: Public = {name: said[name] for name in ("target", "kind", "measure")}
        public |= {"step": step, "body": "", "at": self.minute(), "by": "clock" if step == "lapsed" else PROPOSER}
        return self._after("reversal", made, public | changes, private={"reason": "It is over."})

    def notice(self, about: int, step: str = "sent", **changes: object) -> int:
        public: Public = {"about": "begun", "step": step, "ways": ["app"], "language": "hi", "until": None, "gag": ""}
        return self._after("notice", about, public | changes)

    def keep(self, made: int, step: str = "kept", **changes: object) -> int:
        said = self.public(made)
        public: Public = {
            "target": said["target"],
            "kind": said["kind"],
            "step": step,
            "by": APPROVER,
            "second": None,
            "review": None,
            "ends": None,
        }
        return self._after("decision", made, public | changes)

    def appeal(self, prev: int, step: str, **changes: object) -> int:
        public: Public = {
            "step": step,
            "due": self.minute(days=7),
            "earlier": 0,
            "at": self.minute(),
            "by": SECOND if step == "decided" else None,
        }
        return self._after("appeal", prev, public | changes)

    def outside(self, prev: int, step: str, **changes: object) -> int:
        public: Public = {"step": step, "body": "high_court", "at": self.minute()}
        return self._after("external", prev, public | changes)

    def counter(self, made: int, step: str, **changes: object) -> int:
        return self._after("counter", made, {"step": step, "at": self.minute()} | changes)

    def seal(
        self, t: str, ref: str, public: Mapping[str, object], regime: str, prev: int | None = None, **then: object
    ) -> int:
        """A sealed act, which `unseal` opens. `then`: when it happened (`at`), and how many entries the log had (`size`)."""
        act = {"t": t, "ref": ref, "at": self.minute(), "regime": regime, "prev": prev} | then
        inner = self._disclosure("reason", REASON)
        private: Public = {"act": act, "public": dict(public), "sd": [digest(inner)]}
        return self.write("cover", "", {}, private=private, at=self.batch or self.minute(minutes=-self.clock.minute))

    def unseal(self, index: int, ref: str = "", **changes: object) -> int:
        public: Public = {"disclosures": list(self.opens[index].values()), "by": APPROVER}
        return self.write("open", ref, public | changes, prev=index)

    def tally(
        self,
        rows: Sequence[tuple[str, str, str]],
        to: int,
        opened: Sequence[tuple[str, str, str]] | None = None,
        /,
        **changes: object,
    ) -> int:
        """(class, did, kind) of each row; `opened` where others are read beside the log than it commits to."""
        public: Public = {"period": "2021-02", "from": 0, "to": to, "rows": len(rows), "part": 1, "parts": 1}
        names = ("class", "did", "kind")
        told = [self._disclosure("row", dict(zip(names, row, strict=True))) for row in rows]
        carried = {f"row {n}": text for n, text in enumerate(told)}
        index = self.write("tally", "2021-02", public | changes, carried=carried)
        self.beside[index] = told if opened is None else told[: len(opened)]
        return index

    def change(self, index: int, prev: int | None = None, **public: object) -> None:
        """What an entry says otherwise than it did."""
        fields = self.fields(index)
        fields |= {"public": self.public(index) | public} | ({} if prev is None else {"prev": prev})
        self.entries[index] = rfc8785.dumps(fields)

    # --- looking ---

    def fields(self, index: int) -> dict[str, object]:
        return json.loads(self.entries[index])

    def public(self, index: int) -> dict[str, object]:
        return self.fields(index)["public"]

    def codes(self, proposal: int) -> list[str]:
        return [text for name, text in self.opens[proposal].items() if name in ("outcome", "ground")]

    def outcome(self, proposal: int) -> object:
        text = self.opens[proposal]["outcome"]
        return json.loads(_unb64(text))[2]

    def verdict(self) -> Verdict:
        return try_log(lambda: enumerate(self.entries), self.files.get, self.beside, witnessed=self.witnessed)

    def found(self, index: int) -> set[str]:
        """The codes of what is wrong with an entry."""
        return {one.code for one in self.verdict().findings if one.index == index}

    def _after(
        self,
        t: str,
        prev: int,
        public: Mapping[str, object],
        *,
        private: Mapping[str, object] | None = None,
        carried: Mapping[str, str] | None = None,
    ) -> int:
        ref = str(self.fields(prev)["ref"])
        regime = str(self.fields(prev).get("regime", ""))
        return self.write(t, ref, public, regime=regime, prev=prev, private=private, carried=carried)

    def _index(self, ref: str) -> int:
        return self._orders.get(ref, 0)

    def _has(self, ref: str) -> bool:
        return self.fields(self._index(ref))["t"] == "order"

    def _regime(self, ref: str) -> str:
        return str(self.fields(self._index(ref)).get("regime", "IN-69A@1"))


def digest(disclosure: str) -> str:
    return _b64(hashlib.sha256(disclosure.encode()).digest())


def _b64(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def names(findings: Sequence[object]) -> str:
    return "\n".join(map(str, findings))
