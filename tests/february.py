"""February 2021 as data: four orders about 1,435 things, what is done about each of them, and who says what.

The numbers are those of the story: 257 and 1,178 targets; 126 and 583 of them acted on, in India only; two emergency orders
that nobody confirmed; five hundred accounts suspended under the house's own rules; a statement, and the ministry's reply.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from chaupal.governance.orders.statements import StatementForm

CALL = "इस पोस्ट में लोगों से हथियार लेकर निकलने को कहा गया है।"
WEATHER = "आज सुबह कोहरा बहुत था, चाय तीन बार बनी।"
SPEECH = "कानून वापस लो, यही हमारी माँग है।"
BAIT = "सिर्फ़ आज मुफ़्त फ़ॉलोअर, अभी लिंक दबाएँ"

REASONS = {
    "withhold_account": "The account calls on people to come armed, again and again, as the order says.",
    "withhold_post": "The post calls on people to come armed; the order shows where.",
    "protected_expression": "This is speech about a law and about those who made it; the constitution protects it.",
    "overbroad_account_level": "The order asks for the whole account and names no post that breaks a law.",
    "not_specific": "The order does not say what in this post is against which law.",
    "already_gone": "The author deleted this before the order was looked at.",
    "duplicate": "The first of the two orders names this account already, and it was decided there.",
    "own_rules_action": "The account was suspended for spam under the rules of this server.",
    "suspend": "One of several hundred accounts that post the same lines by machine.",
    "deamplify": "Pushed into the trends by a network of accounts that speak in chorus.",
}
FINDING = "The account posts the same call every hour; single posts would be gone before they are read."


class Group(NamedTuple):
    """Targets that fare alike: `many` of a `kind`, their `outcome`, the `code` of a refusal, the class of the speaker."""

    name: str
    kind: str
    many: int
    outcome: str = ""
    code: str = ""
    speaker: str = ""


PE = "protected_expression"
FIRST = (
    Group("withheld", "account", 64, "withhold_account"),
    Group("narrowed", "account", 22, "withhold_post"),
    Group("post", "post", 40, "withhold_post"),
    Group("news", "account", 3, "refuse", PE, "news_media"),
    Group("journalist", "account", 9, "refuse", PE, "journalist"),
    Group("activist", "account", 14, "refuse", PE, "activist"),
    Group("politician", "account", 5, "refuse", PE, "politician"),
    Group("citizen", "account", 8, "refuse", PE),
    Group("broad", "account", 12, "refuse", "overbroad_account_level"),
    Group("speech", "post", 52, "refuse", PE),
    Group("vague", "post", 10, "refuse", "not_specific"),
    Group("gone", "post", 10, "already_gone"),
    Group("unknown", "unknown", 8),
)
SECOND = (
    Group("withheld", "account", 425, "withhold_account"),
    Group("narrowed", "account", 158, "withhold_post"),
    Group("news", "account", 12, "refuse", PE, "news_media"),
    Group("journalist", "account", 17, "refuse", PE, "journalist"),
    Group("activist", "account", 21, "refuse", PE, "activist"),
    Group("politician", "account", 14, "refuse", PE, "politician"),
    Group("citizen", "account", 340, "refuse", PE),
    Group("broad", "account", 90, "refuse", "overbroad_account_level"),
    Group("vague", "account", 40, "refuse", "not_specific"),
    Group("spam", "account", 24, "own_rules_action"),
    Group("again", "account", 19, "duplicate"),  # the first order names them too
    Group("unknown", "unknown", 18),
)
# What was done at once for the emergency orders, before anybody could look closer: (group, how many of it).
FIRST_AT_ONCE = (("withheld", 30), ("news", 3), ("post", 14))
SECOND_AT_ONCE = (("withheld", 40), ("narrowed", 12))
SPAM = 512  # suspended under the house's own rules, as a state flagged them; 24 of them the second order names
FOR_GOOD = 60
TAGS = ("#नरसंहार_की_साज़िश", "#हिसाब_होगा")  # everywhere
TAG_IN_INDIA = "#सबक_सिखाओ"
REPORTERS = ("asha", "ravi", "meera", "karl")  # each reports three of the network; asha the pest, too
OTHERS = 3

EMERGENCY, ORDINARY = "IN-69A-EMERG", "IN-69A"
OUTCOMES = ("reversed", "upheld", "reversed")  # of the appeals: an account, a post, a suspended person
ACTED = ("withhold_account", "withhold_post")
SPAM_RULE = "6@1"


STATEMENT = StatementForm(
    slug="february-2021",
    title="What we did about the orders of January and February",
    title_hi="जनवरी और फ़रवरी के आदेशों पर हमने क्या किया",
    body="We withheld a portion of the accounts, in India only.\n\n"
    "We took no action on news media, journalists, activists and politicians.",
    body_hi="हमने कुछ खाते सिर्फ़ भारत में रोके।\n\nसमाचार माध्यमों, पत्रकारों, कार्यकर्ताओं और नेताओं पर कोई कार्रवाई नहीं की गई।",
)
REPLY = "Upon the request for a meeting the Secretary was to engage; a statement before that engagement is unusual."


def at(day: int, hour: int, month: int = 2) -> int:
    """A moment of the story (UTC), in ms."""
    return int(datetime(2021, month, day, hour, tzinfo=UTC).timestamp() * 1000)


def acted(groups: Iterable[Group]) -> int:
    return sum(group.many for group in groups if group.outcome in ACTED)


@dataclass
class Named:
    """One target: its line in the order, and what it names. `bad` and `good`: ids of posts of an account."""

    group: Group
    line: str
    handle: str = ""
    account: int = 0
    bad: int = 0
    good: int = 0

    @property
    def mark(self) -> str:
        """A word that stands in the post which an order is about, and nowhere else."""
        return "q" + self.handle[::-1].replace("_", "")


@dataclass
class Wave:
    """The targets of an order, in its order, and the references under which it came."""

    name: str
    groups: tuple[Group, ...]
    named: list[Named] = field(default_factory=list[Named])
    emergency: str = ""
    ordinary: str = ""

    def of(self, group: str) -> list[Named]:
        return [one for one in self.named if one.group.name == group]

    def number(self, one: Named) -> int:
        return next(number for number, named in enumerate(self.named, 1) if named is one)


def named_by(wave: Wave, group: Group, number: int) -> Named:
    handle = "" if group.kind == "unknown" else f"{wave.name}_{group.name}_{number}"
    return Named(group, f"@{handle or f'nobody_{wave.name}_{number}'}", handle)


def said_of(one: Named, outcome: str) -> dict[str, Any]:
    said: dict[str, Any] = {"outcome": outcome, "reason": REASONS[one.group.code if outcome == "refuse" else outcome]}
    if outcome == "refuse":
        said["code"] = one.group.code
    if outcome == "withhold_account":
        said["finding"] = FINDING
    if outcome == "withhold_post" and one.group.kind == "account":
        said["parts"] = (one.bad,)
    return said
