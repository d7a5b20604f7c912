"""Before an order is filed: what it lacks on its face, what its lines name, and what came with it. Looking changes nothing.

The office's form, the authority portal, the API and the command line all go through here, so that they see the same.
"""

from collections.abc import Mapping, Sequence

import msgspec

from chaupal.governance.context import CLOCK, Court
from chaupal.governance.orders import faces, order_forms
from chaupal.governance.orders.documents import Origin
from chaupal.governance.orders.order_forms import Filer, OrderForm
from chaupal.governance.orders.papers import Paper
from chaupal.governance.orders.resolving import CODES, Resolved, elsewhere, resolve, unlisted
from chaupal.governance.regimes import OWN_RULES, Defect, OrderFacts, Regime, TargetFacts, defects, letter_of_return
from chaupal.store.court import authorities, register
from chaupal.store.court.authorities import Authority
from chaupal.store.court.docket import Order
from chaupal.store.court.documents import Document


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """An order as it would be filed. `defects`: what its law finds missing on its face; a human decides what follows.

    `targets`: what each line names, in order. `letter`: a draft that returns it, by language, where something is wrong.
    """

    regime: Regime | None
    defects: tuple[Defect, ...]
    targets: tuple[Resolved, ...]
    origin: Origin
    letter: dict[str, tuple[str, str]]


def regimes_for(court: Court, country: str, *, portal: bool) -> list[Regime]:
    """The laws in force under which an authority of `country` ("": of any) can ask; on the portal those of offices only."""
    return [
        regime
        for regime in court.regimes.in_force(court.clock())
        if regime.id != OWN_RULES
        and (not country or regime.covers(country))
        and (not portal or regime.issuer_class in ("government", "court", "police"))
    ]


def open_to(court: Court, issuer: Authority) -> list[Regime]:
    """The laws under which an authority can order: those of its country, and the general one. What persons use is not its."""
    return [one for one in regimes_for(court, issuer.jurisdiction, portal=False) if one.issuer_class != "person"]


async def usual(court: Court, issuer: Authority) -> tuple[Regime | None, Order | None]:
    """The law under which an authority's next order is likely to come, and its newest public order under that law.

    The law of its newest order; before there is one, the first of its country that is for its class of issuer.
    """
    async with court.work.reading() as reading:
        last = await register.newest_of(reading, issuer.id)
    open_ = open_to(court, issuer)
    named = {regime.id: regime for regime in open_}
    if last is not None and last.regime in named:
        return named[last.regime], last
    return next(
        (one for one in open_ if one.jurisdiction and one.issuer_class == issuer.issuer_class), next(iter(open_), None)
    ), None


def split_demands(form: OrderForm, spoken: Mapping[str, str] = CODES) -> OrderForm:
    """Lines such as `२. @asha withhold_account` taken apart: the target stays on its line, the measure goes to `demanded`.

    `spoken`: what measures are called, in small letters -> the measure.
    """
    given = list(form.demanded)
    targets: list[str] = []
    demanded: list[str] = []
    for at, line in enumerate(line for line in form.targets.splitlines() if line.strip()):
        names, measure = unlisted(line, spoken)
        targets.append(" ".join(names) or line.strip())
        demanded.append(measure or (given[at] if at < len(given) else ""))
    said = tuple(demanded) if any(demanded) else ()
    return msgspec.structs.replace(form, targets="\n".join(targets), demanded=said)


def join_demands(targets: str, demanded: Sequence[str], called: Mapping[str, str]) -> str:
    """The other way round, for a form that is shown again. `called`: measure -> what its reader calls it."""
    lines = targets.splitlines()
    asked = [*demanded, *[""] * len(lines)]
    return "\n".join(
        f"{line} {called.get(measure, measure)}".strip() for line, measure in zip(lines, asked, strict=False)
    )


async def check(court: Court, form: OrderForm, brought: Sequence[Document], *, filed_by_authority: bool) -> Checked:
    """Look at an order without filing it. What is not a date, a country or a law is left out here, and told when filing."""
    lines = [line for line in (part.strip() for part in form.targets.splitlines()) if line]
    async with court.work.scanning() as reading:
        issuer = await authorities.by_id(reading, form.authority or 0) if form.authority else None
        found = await resolve(reading, court.settings.origin, lines, outside=filed_by_authority)
    paper = Paper()  # its complaints are made when it is filed
    regime = order_forms.law_of(court, paper, form)
    new = order_forms.read(court, paper, form, issuer, regime, Filer(CLOCK, known=filed_by_authority), brought)
    typed = msgspec.structs.replace(new, interim_until=paper.moment("interim_until", form.interim_until))
    named = [TargetFacts(number=n, as_written=one.line, kind=one.kind) for n, one in enumerate(found, 1)]
    facts = faces.facts_of(typed, issuer or authorities.HOUSE, named)
    wrong = defects(regime, facts) if regime is not None else []
    letter = draft(court, regime, wrong, facts) if regime is not None and wrong else {}
    return Checked(
        regime=regime,
        defects=tuple(wrong),
        targets=tuple(found),
        origin=Origin(new.signature, new.origin),
        letter=letter,
    )


async def to_look_up(court: Court, form: OrderForm) -> list[str]:
    """What an order that its authority files names of other servers, and is not known here as far as it may know; nothing where no
    other is spoken to."""
    if not court.settings.federates:
        return []
    lines = [line.strip() for line in split_demands(form).targets.splitlines() if line.strip()]
    async with court.work.scanning() as reading:
        return elsewhere(await resolve(reading, court.settings.origin, lines, outside=True))


def draft(court: Court, regime: Regime, wrong: Sequence[Defect], facts: OrderFacts) -> dict[str, tuple[str, str]]:
    """A letter of return in each language: (subject, body)."""
    settings = court.settings
    contact = settings.contact_email or settings.origin
    return {
        language: letter_of_return(regime, wrong, facts, language, house=settings.title_in(language), contact=contact)
        for language in ("hi", "en")
    }
