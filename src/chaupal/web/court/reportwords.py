"""The report's words on pages: what stands in its cells, in the viewer's language."""

import functools
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from chaupal.governance.laws.house_rules import HouseRules
from chaupal.governance.regimes import Regimes
from chaupal.http.call import Call
from chaupal.kernel.clock import MINUTE
from chaupal.policy.sentences import placeholders
from chaupal.web.court.courtly import DONE, GROUNDS
from chaupal.web.words import N_, own_name, words
from chaupal_audit.fold.facts import EVERYWHERE
from chaupal_audit.minutes import minute_of, month_start, parse_month
from chaupal_audit.report.tables.cells import Hidden, Kind, Note, Value

# The log's vocabulary, as the report shows it. What is not here is shown as the log says it.
CODES = GROUNDS | DONE | {
    # who asks, how it came
    "court": N_("a court"), "government": N_("a government office"), "police": N_("the police"), "other": N_("others"),
    "house": N_("this server itself"), "person": N_("a person"), "staff": N_("staff"), "portal": N_("portal"), "api": N_("API"),
    "csv": N_("a list"), "mail": N_("mail"),
    # grounds of law
    "public_order": N_("public order"), "sovereignty": N_("sovereignty and integrity"), "defence": N_("defence"),
    "security_of_state": N_("security of the state"), "foreign_relations": N_("friendly relations with other states"),
    "incitement_cognizable": N_("incitement to a cognizable offence"), "incitement": N_("incitement"), "decency": N_("decency"),
    "contempt": N_("contempt of court"), "defamation": N_("defamation"), "copyright": N_("copyright"),
    # what was decided
    "complied_full": N_("complied with in full"), "complied_narrower": N_("complied with more narrowly"),
    "own_rules_action": N_("acted on under own rules"), "refused": N_("refused"), "already_gone": N_("was gone already"),
    "not_found": N_("not found here"), "duplicate": N_("named before"), "out_of_scope": N_("not in the order's scope"),
    "pending": N_("pending"), "returned": N_("sent back"), "withdrawn": N_("withdrawn"),
    "closed": N_("not complied with"), "undecided": N_("closed before anything was decided"),
    "replaced": N_("replaced by a mended version"),
    # how it came about
    "legal_order": N_("order"), "legal_notice": N_("notice under a law"), "own_rules": N_("own rules"),
    # who noticed
    "user_report": N_("people's reports"), "automated": N_("a machine"), "state_flag": N_("a state's hint"),
    "trusted_flagger": N_("a trusted flagger"), "proactive": N_("found without a report"),
    # what
    "account": N_("accounts"), "post": N_("posts"), "media": N_("media"), "tag": N_("tags"), "spam": N_("spam"),
    "server": N_("servers"),
    "legal": N_("against the law"), "violation": N_("against the rules"),
    # how it ended
    "in_force": N_("in force"), "lifted": N_("lifted"), "lapsed": N_("run out"), "stayed": N_("stayed"), "set_aside": N_("set aside"),
    "appealed": N_("ended by an appeal"), "unreviewed": N_("ended without review"), "over": N_("over"),
    "lost": N_("lost with the server's record"),
    # series of figures
    "received": N_("received"), "complied": N_("complied with"), "in_time": N_("in time"), "late": N_("too late"),
    "no_deadline": N_("without a deadline"),
    "by_law": N_("limited by law"), "withheld": N_("withheld"), "reversed": N_("reversed"), "accounts": N_("accounts"),
    "posts": N_("posts"), "from": N_("From"), "until": N_("Until"),
    # types of entries
    "authority": N_("authority"), "order": N_("order"), "step": N_("step of an order"), "decision": N_("decision"),
    "measure": N_("measure"), "deamp": N_("kept out of trends"), "reversal": N_("reversal"), "notice": N_("notice"),
    "appeal": N_("appeal"), "report": N_("report"), "external": N_("appeal to a body outside"), "counter": N_("counter-notice"),
    "statement": N_("statement"), "snapshot": N_("frozen report"), "policy": N_("policy"),
    "regime": N_("regime"), "role": N_("role of staff"), "protected": N_("protected speaker"), "export": N_("export"), "key": N_("key"),
    "refill": N_("entries from a copy"),
    "open": N_("opening of a closed entry"), "cover": N_("closed entries"), "unreadable": N_("cannot be read"),
    "disclosures": N_("fields opened later"),
}  # fmt: skip


type Laws = Mapping[str, str]  # a code of a law's grounds or channels, or a rule's -> its words in one language


NO_LAWS: Laws = MappingProxyType({})


def names(call: Call[Any]) -> dict[str, Callable[..., str]]:
    """What the report's templates use besides what every page knows."""
    language, laws = call.viewer.language, laws_of(call)
    return {
        "said": partial(cell_text, language=language, laws=laws),
        "code": partial(code, language=language, laws=laws),
        "note": partial(note, language=language),
        "script": words(language).script,
    }


def laws_of(call: Call[Any]) -> Laws:
    """What laws and the house's rules are called for whoever asks."""
    court = call.house.court
    return words_of_laws(court.regimes, court.rules, call.viewer.language)


@functools.lru_cache(8)
def words_of_laws(regimes: Regimes, rules: HouseRules, language: str) -> Laws:
    """What grounds and channels are called in the laws themselves, later versions last; and what the rules say, by `6@1`."""
    named = [(one.code, one) for regime in regimes.all() for one in (*regime.bases, *regime.channels)]
    known = {code: one.in_language(language) for code, one in named}
    cited = ((f"{rule.id}@{book.version}", rule.text) for book in rules.all() for rule in book.rules)
    return known | {code: f"{code}: {text.in_language(language)}" for code, text in cited}


def cell_text(value: Value, kind: Kind, language: str, laws: Laws = NO_LAWS) -> str:
    """A cell: `12,34,567`, `<10`, `45 %`, `2.5`, a country's name; a dash for nothing."""
    if isinstance(value, Hidden):
        return value.text
    if value is None:
        return "–"
    if kind is Kind.code:
        return code(str(value), language, laws)
    if kind is Kind.text and "@" in str(value):
        return laws.get(str(value), str(value))
    return str(SAYINGS.get(kind, _plain)(value, language))


def code(text: str, language: str, laws: Laws = NO_LAWS) -> str:
    """One or more words of the log's vocabulary, each `word` or `word=3`."""
    return ", ".join(_code(word, language, laws) for word in text.split()) if text else "–"


def note(note: Note, language: str) -> str:
    return words(language).gettext(note.text).replace("{}", note.value)


def _code(word: str, language: str, laws: Laws) -> str:
    name, equals, many = word.partition("=")
    text = words(language).gettext(CODES[name]) if name in CODES else laws.get(name, name.replace("_", " "))
    return f"{text}: {many}" if equals else text


def country(found: Any, language: str) -> str:
    if found == EVERYWHERE:
        return placeholders.country_names((EVERYWHERE,), language, alone=True)
    return placeholders.country_names((found,), language) if found else "–"


def _number(found: Any, language: str) -> str:
    return words(language).number(found)


def _share(found: Any, language: str) -> str:
    return f"{words(language).number(round(found * 100, 1))}\u00a0%"


def _time(found: Any, language: str) -> str:
    at = minute_of(found)
    return found if at is None else words(language).moment(at * MINUTE)


def month(text: str, language: str) -> str:
    """`फ़रवरी 2021` from `2021-02`; anything else as it is."""
    found = parse_month(text)
    return text if found is None else words(language).month(month_start(found) * MINUTE)


def _plain(found: Any, language: str) -> str:
    return month(str(found), language) if found else "–"


def _language(found: Any, language: str) -> str:
    return own_name(found) if found else "–"


SAYINGS: dict[Kind, Callable[[Any, str], str]] = {
    Kind.country: country,
    Kind.language: _language,
    Kind.number: _number,
    Kind.people: _number,
    Kind.share: _share,
    Kind.hours: _number,
    Kind.days: _number,
    Kind.time: _time,
}
