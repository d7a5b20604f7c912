"""What stands in place of a withheld thing, and what its author is told beside it: sentences in Hindi and English."""

import functools
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime

from chaupal.policy.rulings import EVERYWHERE, Measure, Ruling

SQUARE_TIME = ZoneInfo("Asia/Kolkata")
LANGUAGES = ("hi", "en")  # what the house itself speaks: pages, placeholders, notices, mails
NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ", EVERYWHERE})  # CLDR has names for these too

# Whole sentences for each scope: Hindi verbs agree with what is withheld, so nothing is put together from pieces.
PLACEHOLDERS = {
    ("post", "en"): (
        "This post is not shown in {country} because of a legal order ({authority}; {ref}; {law}).",
        "The limit holds {until}; elsewhere the post can still be read, and its author can appeal.",
    ),
    ("account", "en"): (
        "This account is not shown in {country} because of a legal order ({authority}; {ref}; {law}).",
        "The limit holds {until}; elsewhere the account can still be seen, and its holder can appeal.",
    ),
    ("media", "en"): (
        "The pictures of this post are not shown in {country} because of a legal order ({authority}; {ref}; {law}).",
        "The limit holds {until}; elsewhere they can still be seen, and the author can appeal.",
    ),
    ("post", "hi"): (
        "यह पोस्ट {authority} के कानूनी आदेश ({ref}, {law}) के कारण {country} में नहीं दिखाई जा रही है।",
        "यह रोक {until} लागू है; दूसरे देशों में पोस्ट पढ़ी जा सकती है, और लिखने वाले अपील कर सकते हैं।",
    ),
    ("account", "hi"): (
        "यह खाता {authority} के कानूनी आदेश ({ref}, {law}) के कारण {country} में नहीं दिखाया जा रहा है।",
        "यह रोक {until} लागू है; दूसरे देशों में खाता देखा जा सकता है, और खाताधारक अपील कर सकते हैं।",
    ),
    ("media", "hi"): (
        "इस पोस्ट के चित्र {authority} के कानूनी आदेश ({ref}, {law}) के कारण {country} में नहीं दिखाए जा रहे हैं।",
        "यह रोक {until} लागू है; दूसरे देशों में चित्र देखे जा सकते हैं, और लिखने वाले अपील कर सकते हैं।",
    ),
}  # fmt: skip

WITHHELD_BANNERS = {
    "en": "Withheld in {country} since {since}, {until}. Legal order {ref}: {authority}, {law}. Reason: {reason}",
    "hi": "{since} से {country} में रोक, {until}। कानूनी आदेश {ref}: {authority}, {law}। कारण: {reason}",
}
BANNERS = {
    Measure.DEAMPLIFY: {
        "en": "Kept out of trends and suggestions in {country} since {since}, {until}. Reason: {reason}",
        "hi": "{since} से {country} में \"चर्चा में\" और सुझावों से बाहर, {until}। कारण: {reason}",
    },
    Measure.SUSPEND: {
        "en": "Suspended since {since}, {until}. Reason: {reason}",
        "hi": "{since} से निलंबित, {until}। कारण: {reason}",
    },
    Measure.LABEL: {"en": "Labelled since {since}. Reason: {reason}", "hi": "{since} से चिह्नित। कारण: {reason}"},
}  # fmt: skip


def placeholder(ruling: Ruling, scope: str, language: str, *, country: str) -> str:
    """Two sentences for whoever meets the gap: who asked, under which law, until when, what is left and how to appeal.

    `scope` is `post`, `account` or `media`; `country` is the viewer's (ISO 3166-1 alpha-2).
    """
    language = spoken(language)
    first, second = PLACEHOLDERS[scope, language]
    return f"{first} {second}".format(**facts_of(ruling, language, countries=(country,)))


def banner(ruling: Ruling, language: str) -> str:
    """For the author (and staff), beside the thing itself: what limits it, where, since when, on whose word and why."""
    language = spoken(language)
    said = BANNERS.get(ruling.measure, WITHHELD_BANNERS)[language]
    return said.format(**facts_of(ruling, language), reason=ruling.reason)


def notice_path(ruling: Ruling) -> str:
    """Where the story of the order is told."""
    return f"/orders/{ruling.order_ref}" if ruling.order_ref else "/orders"


def facts_of(ruling: Ruling, language: str, *, countries: tuple[str, ...] = ()) -> dict[str, str]:
    """What the sentences are filled with; `countries` where only some of the territory is spoken of."""
    return {
        "authority": (ruling.authority_hi if language == "hi" else "") or ruling.authority,
        "law": in_tongue(ruling.legal_basis, language),
        "ref": ruling.order_ref,
        "country": country_names(countries or ruling.territory, language),
        "since": day(ruling.starts_at, language),
        "until": until(ruling.ends_at, language),
    }


def until(ends_at: int | None, language: str) -> str:
    """`until 10 March 2021, 18:00`, or that no end is set. Times as the clock stands in India."""
    if ends_at is None:
        return {"hi": "हटाए जाने तक", "en": "until it is lifted"}[spoken(language)]
    return {"hi": f"{moment(ends_at, language)} तक", "en": f"until {moment(ends_at, language)}"}[spoken(language)]


def country_names(codes: tuple[str, ...], language: str) -> str:
    """`भारत`, `India, Nepal`; a code without a name is shown as it is."""
    if EVERYWHERE in codes:
        return {"hi": "सभी देशों", "en": "all countries"}[spoken(language)]
    names = _locale(spoken(language)).territories
    return ", ".join(names.get(code, code) for code in codes)


def known_country(code: str) -> bool:
    """Whether this is a country's ISO 3166-1 alpha-2 code; neither a wildcard nor a part of a country is one."""
    names = _locale("en").territories
    return len(code) == 2 and code.isalpha() and code.isupper() and code in names and code not in NO_COUNTRIES


def in_tongue(text: str, language: str) -> str:
    """The half of `English / हिन्दी` for the language; a text of one half as it is. Laws are typed so."""
    english, slash, hindi = text.partition(" / ")
    return (hindi if language == "hi" else english).strip() if slash else text


def day(ms: int, language: str) -> str:
    """`10 फ़रवरी 2021`, from ms since 1970 UTC."""
    return format_date(_here(ms), "d MMMM y", locale=_locale(spoken(language)))


def iso_date(ms: int) -> str:
    """`2021-02-10`, the day it is in India: the date of an order is a day there, not a moment."""
    return _here(ms).strftime("%Y-%m-%d")


def moment(ms: int, language: str) -> str:
    """`10 फ़रवरी 2021, 16:30` (IST); CLDR's own Hindi pattern would say "4:30 pm"."""
    return format_datetime(_here(ms), "d MMMM y, HH:mm", locale=_locale(spoken(language)))


def spoken(language: str) -> str:
    """The language among ours in which somebody is told; English for those we do not have."""
    return language if language in LANGUAGES else "en"


@functools.cache
def _locale(language: str) -> Locale:
    return Locale.parse(f"{language}_IN")


def _here(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone(SQUARE_TIME)
