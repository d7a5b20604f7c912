"""The court's words on pages: states, outcomes, grounds for refusal, and what is wrong with a form, to be translated; and how a problem is
shown beside what was typed."""

from functools import partial
from typing import Any, NamedTuple, Protocol

import msgspec

from chaupal.governance.cases import ladder
from chaupal.governance.regimes import Regime
from chaupal.http.call import Answer, Call
from chaupal.http.paging import Number
from chaupal.kernel.errors import NotFound, Problem, coded
from chaupal.policy.measures import HIDING, labels
from chaupal.policy.sentences import placeholders
from chaupal.reads.court.desk import Order
from chaupal.web import pages
from chaupal.web.court import disputewords
from chaupal.web.words import N_, by_field, sentence, words


class Bilingual(Protocol):
    """An authority as it is named."""

    @property
    def name(self) -> str: ...

    @property
    def name_hi(self) -> str: ...


STATES = {
    "received": N_("waits for a proposal"),
    "returned": N_("sent back, waits for a new proposal"),
    "measure_proposed": N_("a measure is proposed"),
    "measure_concurred": N_("a second reviewer agrees"),
    "closing_proposed": N_("closing proposed"),
    "refusal_proposed": N_("refusal proposed"),
    "pending": N_("under review"),
    "in_force": N_("limit in force"),
    "unseconded": N_("in force for a time, by one person"),
    "closed": N_("closed without a measure"),
    "undecided": N_("over before anything was decided"),
    "own_rules": N_("acted on under this server's own rules"),
    "stayed": N_("stayed by a court"),
    "withdrawn": N_("withdrawn"),
    "set_aside": N_("set aside"),
    "overturned": N_("overturned on appeal"),
    "change_proposed": N_("in force, a change is proposed"),
    "change_concurred": N_("in force, a second reviewer agrees to a change"),
    "confirmed": N_("goes on under the order that confirmed it"),
    "refused": N_("refused"),
    "lifted": N_("restored"),
    "lapsed": N_("run out"),
    "ended_by_log": N_("ended, as the log says"),
    "not_found": N_("not found here"),
    "unread": N_("named twice, on another server, or unreadable"),
}
# As what happened: where a case stood meanwhile and stands no more.
PASSED = STATES | {"received": N_("received"), "returned": N_("sent back")}
MARKS = {
    "in_force": "law",
    "unseconded": "law",
    "refused": "good",
    "lifted": "good",
    "lapsed": "good",
    "ended_by_log": "good",
    "withdrawn": "good",
    "set_aside": "good",
    "overturned": "good",
    "stayed": "good",
    "change_proposed": "law",
    "change_concurred": "law",
    "confirmed": "law",
    "own_rules": "law",
}  # the colour of a state
KINDS = {
    "post": N_("post"),
    "account": N_("account"),
    "media": N_("picture"),
    "tag": N_("hashtag"),
    "server": N_("server"),
    "unknown": N_("a line that cannot be read"),
}
DONE = labels("done")  # what was done, as the public reads it
# Who pointed to what the house took up by its own rules.
NOTICED = {
    "staff": N_("staff noticed it"),
    "user_report": N_("a person reported it"),
    "automated": N_("a machine noticed it"),
    "state_flag": N_("a state pointed to it"),
    "state_unnamed": N_("a state pointed to it; which one was not written down"),
    "trusted_flagger": N_("a trusted flagger pointed to it"),
}
GROUNDS = {
    "protected_expression": N_("The law protects this expression"),
    "no_legal_basis": N_("No law allows this demand"),
    "ground_not_listed": N_("The ground is not one that the law names"),
    "not_authorised_issuer": N_("The officer may not order this"),
    "no_reasons": N_("No reasons are given"),
    "not_specific": N_("It does not say what exactly is meant"),
    "overbroad_account_level": N_("A whole account is demanded where single posts would do"),
    "extraterritorial": N_("It demands something beyond the authority's country"),
    "unverifiable_origin": N_("That it comes from the authority cannot be verified"),
    "expired_interim": N_("It was made for a time that is over"),
    "no_rule_broken": N_("No rule of this server was broken"),
}
CHECK = N_("Check the marked fields.")


def stopped(call: Call[Any], problem: Problem) -> str:
    """Why an act was not done, as one sentence."""
    if coded(problem).wrong:
        return words(call.viewer.language).gettext(CHECK)
    return sentence(problem, call.viewer.language)


def names(call: Call[Any]) -> dict[str, Any]:
    """What the court's templates use besides what every page knows."""
    language = call.viewer.language
    return {
        "states": STATES,
        "passed": PASSED,
        "marks": MARKS,
        "kinds": KINDS,
        "grounds": GROUNDS,
        "refusals": ladder.refusals,
        "what_was_done": DONE,
        "hiding": HIDING,
        "countries": partial(placeholders.country_names, language=language),
        "until": partial(placeholders.until, language=language),
        "tongue": partial(placeholders.in_tongue, language=language),
        "called": partial(called, language=language),
        "rank": partial(rank, call),
        "grounded": partial(grounded, call),
        "law": partial(law_title, call),
    }


class OwnMatter(NamedTuple):
    """What the house took up by itself: under which of its rules, in whose words, and who noticed."""

    number: int
    text: str
    noticed: str


def own_matter(call: Call[Any], order: Order) -> OwnMatter | None:
    """None for what an authority or a person asked for."""
    if order.authority_id is not None:
        return None
    number = order.rule.partition("@")[0]
    try:
        said = call.house.court.rules.cited(order.rule).text.in_language(call.viewer.language)
    except NotFound:  # of a version that the operator has taken away
        said = ""
    return OwnMatter(int(number) if number.isdecimal() else 0, said, NOTICED.get(order.source, NOTICED["staff"]))


def rank(call: Call[Any], order: Order) -> str:
    """The rank of whoever signed the order, as its law has it: what else was typed there may be somebody's name."""
    law = law_of(call, order)
    found = None if law is None else law.rank_of(order.officer_rank)
    return "" if found is None else found.in_language(call.viewer.language)


def grounded(call: Call[Any], order: Order) -> str:
    """On which grounds of its law, in the law's words. The order's own words are private."""
    law = law_of(call, order)
    named = {basis.code: basis for basis in (() if law is None else law.bases)}
    known = (named.get(code) for code in order.bases)
    return ", ".join(one.in_language(call.viewer.language) for one in known if one is not None)


def law_of(call: Call[Any], order: Order) -> Regime | None:
    """The law that an order came under, where it is known here."""
    try:
        return call.house.court.regimes.version(order.regime, order.regime_version)
    except NotFound:
        return None


def law_title(call: Call[Any], order: Order) -> str:
    """The title of the law in the viewer's language."""
    regime = law_of(call, order)
    return order.regime_ref if regime is None else regime.title.in_language(call.viewer.language)


def called(authority: Bilingual, language: str) -> str:
    """The authority's name in the viewer's language."""
    return (authority.name_hi if language == "hi" else "") or authority.name


class SheetAsked(msgspec.Struct, kw_only=True):
    """What the page is about, by its id; `done`: what was just done there."""

    id: Number
    done: str = ""


async def render(
    call: Call[Any], template: str, title: str, problem: Problem | None = None, status: int = 0, **context: Any
) -> Answer:
    """`title` is a key of the catalogues; `status`: of a page on which nothing is wrong, if another than 200."""
    told: dict[str, Any] = {
        "errors": by_field(problem, call.viewer.language) if problem else {},
        "stopped": stopped(call, problem) if problem else "",
        "words": disputewords,
    }
    known = names(call) | told | context
    return await pages.render(call, template, status or (problem.status if problem else 200), titled=title, **known)
