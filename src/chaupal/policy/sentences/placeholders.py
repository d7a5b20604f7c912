"""What stands in place of a withheld thing, and what its author is told beside it: sentences in Hindi and English."""

import functools
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime

from chaupal.kernel.page_languages import of_pages, spoken
from chaupal.policy.measures import OF_SERVERS, Both
from chaupal.policy.rulings import EVERYWHERE, Ruling

SQUARE_TIME = ZoneInfo("Asia/Kolkata")

# Whole sentences for each scope: Hindi verbs agree with what is withheld, so nothing is put together from pieces.
# By basis: what the house does under its own rules is never called a legal order, and what is gagged names nobody.
FIRST = {
    ("legal_order", "post", "en"): "This post is not shown in {country} because of a legal order ({authority}; {ref}; {law}).",
    ("legal_order", "account", "en"): "This account is not shown in {country} because of a legal order ({authority}; {ref}; {law}).",
    ("legal_order", "media", "en"): "Pictures of this post are not shown in {country} because of a legal "
    "order ({authority}; {ref}; {law}).",
    ("legal_notice", "post", "en"): "This post is not shown in {country} because of a legal notice ({authority}; {ref}; {law}).",
    ("legal_notice", "account", "en"): "This account is not shown in {country} because of a legal notice ({authority}; {ref}; {law}).",
    ("legal_notice", "media", "en"): "Pictures of this post are not shown in {country} because of a legal "
    "notice ({authority}; {ref}; {law}).",
    ("copyright", "post", "en"): "This post is not shown in {country} because of a copyright notice ({authority}; {ref}).",
    ("copyright", "account", "en"): "This account is not shown in {country} because of a copyright notice ({authority}; {ref}).",
    ("copyright", "media", "en"): "Pictures of this post are not shown in {country} because of a "
    "copyright notice ({authority}; {ref}).",
    ("own_rules", "post", "en"): "This post is not shown in {country} under the rules of this server ({ref}).",
    ("own_rules", "account", "en"): "This account is not shown in {country} under the rules of this server ({ref}).",
    ("own_rules", "media", "en"): "Pictures of this post are not shown in {country} under the rules of this server ({ref}).",
    ("neutral", "post", "en"): "This post is not shown in {country}.",
    ("neutral", "account", "en"): "This account is not shown in {country}.",
    ("neutral", "media", "en"): "Pictures of this post are not shown in {country}.",
    ("legal_order", "post", "hi"): "यह पोस्ट {authority} के कानूनी आदेश ({ref}, {law}) के कारण {country} में नहीं दिखाई जा रही है।",
    ("legal_order", "account", "hi"): "यह खाता {authority} के कानूनी आदेश ({ref}, {law}) के कारण {country} में नहीं दिखाया जा रहा है।",
    ("legal_order", "media", "hi"): "इस पोस्ट के कुछ चित्र {authority} के कानूनी आदेश ({ref}, {law}) के कारण {country} में नहीं दिखाए जा रहे हैं।",
    ("legal_notice", "post", "hi"): "यह पोस्ट {authority} के कानूनी नोटिस ({ref}, {law}) के कारण {country} में नहीं दिखाई जा रही है।",
    ("legal_notice", "account", "hi"): "यह खाता {authority} के कानूनी नोटिस ({ref}, {law}) के कारण {country} में नहीं दिखाया जा रहा है।",
    ("legal_notice", "media", "hi"): "इस पोस्ट के कुछ चित्र {authority} के कानूनी नोटिस ({ref}, {law}) के कारण {country} में नहीं दिखाए जा रहे हैं।",
    ("copyright", "post", "hi"): "यह पोस्ट {authority} के कॉपीराइट नोटिस ({ref}) के कारण {country} में नहीं दिखाई जा रही है।",
    ("copyright", "account", "hi"): "यह खाता {authority} के कॉपीराइट नोटिस ({ref}) के कारण {country} में नहीं दिखाया जा रहा है।",
    ("copyright", "media", "hi"): "इस पोस्ट के कुछ चित्र {authority} के कॉपीराइट नोटिस ({ref}) के कारण {country} में नहीं दिखाए जा रहे हैं।",
    ("own_rules", "post", "hi"): "यह पोस्ट इस सर्वर के नियमों के तहत ({ref}) {country} में नहीं दिखाई जा रही है।",
    ("own_rules", "account", "hi"): "यह खाता इस सर्वर के नियमों के तहत ({ref}) {country} में नहीं दिखाया जा रहा है।",
    ("own_rules", "media", "hi"): "इस पोस्ट के कुछ चित्र इस सर्वर के नियमों के तहत ({ref}) {country} में नहीं दिखाए जा रहे हैं।",
    ("neutral", "post", "hi"): "यह पोस्ट {country} में नहीं दिखाई जा रही है।",
    ("neutral", "account", "hi"): "यह खाता {country} में नहीं दिखाया जा रहा है।",
    ("neutral", "media", "hi"): "इस पोस्ट के कुछ चित्र {country} में नहीं दिखाए जा रहे हैं।",
}  # fmt: skip
# What is left: elsewhere it is there, or (of what binds everywhere) it is nowhere.
SECOND = {
    ("some", "post", "en"): "The limit holds {until}; elsewhere the post can still be read, and its author can appeal.",
    (
        "some",
        "account",
        "en",
    ): "The limit holds {until}; elsewhere the account can still be seen, and its holder can appeal.",
    ("some", "media", "en"): "The limit holds {until}; elsewhere they can still be seen, and the author can appeal.",
    ("some", "post", "hi"): "यह रोक {until} लागू है; दूसरे देशों में पोस्ट पढ़ी जा सकती है, और लिखने वाले अपील कर सकते हैं।",
    ("some", "account", "hi"): "यह रोक {until} लागू है; दूसरे देशों में खाता देखा जा सकता है, और खाताधारक अपील कर सकते हैं।",
    ("some", "media", "hi"): "यह रोक {until} लागू है; दूसरे देशों में चित्र देखे जा सकते हैं, और लिखने वाले अपील कर सकते हैं।",
    ("all", "post", "en"): "The limit holds {until}, and its author can appeal.",
    ("all", "account", "en"): "The limit holds {until}, and its holder can appeal.",
    ("all", "media", "en"): "The limit holds {until}, and the author can appeal.",
    ("all", "post", "hi"): "यह रोक {until} लागू है, और लिखने वाले अपील कर सकते हैं।",
    ("all", "account", "hi"): "यह रोक {until} लागू है, और खाताधारक अपील कर सकते हैं।",
    ("all", "media", "hi"): "यह रोक {until} लागू है, और लिखने वाले अपील कर सकते हैं।",
}
# The very same for everything that is gagged: no date, no place, no number by which one could be told from another.
NEUTRAL = {
    "en": "Why things can be missing on this server, and what can be done about it, is told on the page about it.",
    "hi": "इस सर्वर पर चीज़ें क्यों नहीं दिखाई जातीं और तब क्या किया जा सकता है, यह इसके परिचय वाले पन्ने पर लिखा है।",
}
SUSPENDED = {
    "en": "This account is suspended under the rules of this server. Nothing of it is shown while that lasts.",
    "hi": "यह खाता इस सर्वर के नियमों के तहत निलंबित है। जब तक निलंबन है, इसका कुछ भी नहीं दिखाया जाता।",
}
SERVER_SUSPENDED = {
    "en": "This account is on another server, which is suspended here under the rules of this server. Nothing from there is shown "
    "while that lasts; it can be read there.",
    "hi": "यह खाता एक दूसरे सर्वर पर है, जो इस सर्वर के नियमों के तहत यहाँ निलंबित है। जब तक निलंबन है, वहाँ का कुछ भी यहाँ नहीं दिखाया "
    "जाता; वहीं पढ़ा जा सकता है।",
}

WITHHELD_BANNERS: dict[str, Both] = {
    "legal_order": (
        "Withheld in {country} since {since}, {until}. Legal order {ref}: {authority}, {law}. Reason: {reason}",
        "{since} से {country} में रोक, {until}। कानूनी आदेश {ref}: {authority}, {law}। कारण: {reason}",
    ),
    "legal_notice": (
        "Withheld in {country} since {since}, {until}. Legal notice {ref}: {authority}, {law}. Reason: {reason}",
        "{since} से {country} में रोक, {until}। कानूनी नोटिस {ref}: {authority}, {law}। कारण: {reason}",
    ),
    "copyright": (
        "Withheld in {country} since {since}, {until}. Copyright notice {ref}: {authority}. Reason: {reason}",
        "{since} से {country} में रोक, {until}। कॉपीराइट नोटिस {ref}: {authority}। कारण: {reason}",
    ),
    "own_rules": (
        "Withheld in {country} since {since}, {until}, under the rules of this server ({ref}). Reason: {reason}",
        "{since} से {country} में रोक, {until}, इस सर्वर के नियमों के तहत ({ref})। कारण: {reason}",
    ),
}
NEUTRAL_BANNER = {"en": "Not shown to everyone in {country}.", "hi": "{country} में सबको नहीं दिखता।"}

# After whatever is said of an act under the house's own rules that a state's hint was followed in. The second where others'
# words may not stand beside ours.
HINTED = {"en": " {authority} had pointed to it.", "hi": " इसकी ओर {authority} ने ध्यान दिलाया था।"}
HINTED_BRIEFLY = {"en": " A state authority had pointed to it.", "hi": " इसकी ओर एक सरकारी प्राधिकारी ने ध्यान दिलाया था।"}
COMPLAINANT = {"en": "a complainant", "hi": "एक शिकायतकर्ता"}
CLOSED = {"en": "You can appeal: {page}", "hi": "अपील यहाँ की जा सकती है: {page}"}

ABOUT_LIMITS = "/about#withheld"


def placeholder(ruling: Ruling, scope: str, language: str, *, country: str) -> str:
    """Two sentences for whoever meets the gap: who asked, under which law, until when, what is left and how to appeal.

    `scope` is `post`, `account`, `media` or `suspended`; `country` is the viewer's (ISO 3166-1 alpha-2).
    """
    language = spoken(language)
    if scope == "suspended":
        return (SERVER_SUSPENDED if ruling.measure in OF_SERVERS else SUSPENDED)[language]
    first = FIRST["neutral" if ruling.neutral else ruling.basis, scope, language]
    reach = "all" if EVERYWHERE in ruling.territory else "some"
    second = NEUTRAL[language] if ruling.neutral else SECOND[reach, scope, language]
    return f"{first} {second}".format(**facts_of(ruling, language, countries=(country,)))


def heading(ruling: Ruling, scope: str, language: str) -> str:
    """The placeholder in a few words, for the title of a page."""
    language = spoken(language)
    if scope == "suspended" and ruling.measure in OF_SERVERS:
        return {"en": "Server suspended", "hi": "सर्वर निलंबित है"}[language]
    if scope == "suspended":
        return {"en": "Account suspended", "hi": "खाता निलंबित है"}[language]
    return HEADINGS["neutral" if ruling.neutral else ruling.basis, language]


HEADINGS = {
    ("legal_order", "en"): "Withheld in your country on a legal order",
    ("legal_notice", "en"): "Withheld in your country on a legal notice",
    ("copyright", "en"): "Withheld in your country on a copyright notice",
    ("own_rules", "en"): "Withheld under the rules of this server",
    ("neutral", "en"): "Not shown in your country",
    ("legal_order", "hi"): "कानूनी आदेश के कारण आपके देश में रोकी गई",
    ("legal_notice", "hi"): "कानूनी नोटिस के कारण आपके देश में रोकी गई",
    ("copyright", "hi"): "कॉपीराइट नोटिस के कारण आपके देश में रोकी गई",
    ("own_rules", "hi"): "इस सर्वर के नियमों के तहत रोकी गई",
    ("neutral", "hi"): "आपके देश में नहीं दिखता",
}


def banner(ruling: Ruling, language: str) -> str:
    """For the author (and staff), beside the thing itself: what limits it, where, since when, on whose word and why."""
    language = spoken(language)
    if ruling.neutral:
        return NEUTRAL_BANNER[language].format(country=country_names(ruling.territory, language))
    said = spoken_of(ruling.measure.row.banner or WITHHELD_BANNERS[ruling.basis], language)
    return said.format(**facts_of(ruling, language), reason=ruling.reason) + hinted(ruling, language)


def hinted(ruling: Ruling, language: str, *, brief: bool = False) -> str:
    """Which state's hint the house followed under its own rules, as a sentence more; nothing where no state gave one."""
    language = spoken(language)
    if not (authority := flagger(ruling, language)):
        return ""
    return HINTED_BRIEFLY[language] if brief else HINTED[language].format(authority=authority)


def flagger(ruling: Ruling, language: str) -> str:
    """The authority whose hint the house followed under its own rules."""
    own = ruling.basis == "own_rules" and not ruling.neutral
    return ((ruling.authority_hi if language == "hi" else "") or ruling.authority) if own else ""


def closed(ruling: Ruling, language: str, page: str) -> str:
    """For whoever cannot do something because they are frozen or suspended: what holds them, why, and where to appeal."""
    return f"{banner(ruling, language)} {CLOSED[spoken(language)].format(page=page)}"


def label(ruling: Ruling, language: str) -> str:
    """What a label says, in the viewer's language."""
    return in_tongue(ruling.text, spoken(language))


def why(ruling: Ruling) -> str:
    """The reason as it may be told; of what is gagged, none."""
    return "" if ruling.neutral else ruling.reason


def notice_path(ruling: Ruling) -> str:
    """Where the story of the order is told. Of what came from no authority, or is gagged: where limits are explained."""
    return (
        f"/orders/{ruling.order_ref}" if ruling.order_ref and ruling.authority and not ruling.neutral else ABOUT_LIMITS
    )


def facts_of(ruling: Ruling, language: str, *, countries: tuple[str, ...] = ()) -> dict[str, str]:
    """What the sentences are filled with; `countries` where only some of the territory is spoken of."""
    return {
        "authority": (ruling.authority_hi if language == "hi" else "")
        or ruling.authority
        or COMPLAINANT[spoken(language)],
        "law": in_tongue(ruling.legal_basis, language),
        "ref": ruling.order_ref,
        "country": country_names(countries or ruling.territory, language),
        "since": day(ruling.starts_at, language),
        "until": until(ruling.ends_at, language),
        "label": in_tongue(ruling.text, language),
    }


def until(ends_at: int | None, language: str) -> str:
    """`until 10 March 2021, 18:00`, or that no end is set. Times as the clock stands in India."""
    language = spoken(language)
    if ends_at is None:
        return {"hi": "अगले फ़ैसले तक", "en": "until it is decided otherwise"}[language]
    return {"hi": f"{moment(ends_at, language)} तक", "en": f"until {moment(ends_at, language)}"}[language]


def country_names(codes: tuple[str, ...], language: str, *, alone: bool = False) -> str:
    """`भारत`, `India, Nepal`; a code without a name is shown as it is. `alone`: no `में` follows, before which Hindi bends them."""
    if EVERYWHERE in codes:
        return {"hi": "सभी देश" if alone else "सभी देशों", "en": "all countries"}[spoken(language)]
    names = _locale(of_pages(language)).territories
    return ", ".join(names.get(code, code) for code in codes)


def in_tongue(text: str, language: str) -> str:
    """The half of `English / हिन्दी` for the language; a text of one half as it is. Laws are typed so."""
    english, slash, hindi = text.partition(" / ")
    return (hindi if language == "hi" else english).strip() if slash else text


def day(ms: int, language: str) -> str:
    """`10 फ़रवरी 2021`, from ms since 1970 UTC."""
    return format_date(in_square_time(ms), "d MMMM y", locale=_locale(of_pages(language)))


def begins(day_there: date) -> int:
    """When a day begins in India (ms since 1970 UTC)."""
    return int(datetime(day_there.year, day_there.month, day_there.day, tzinfo=SQUARE_TIME).timestamp() * 1000)


def iso_date(ms: int) -> str:
    """`2021-02-10`, the day it is in India: the date of an order is a day there, not a moment."""
    return in_square_time(ms).strftime("%Y-%m-%d")


def moment(ms: int, language: str) -> str:
    """`10 फ़रवरी 2021, 16:30` (IST); CLDR's own Hindi pattern would say "4:30 pm"."""
    return format_datetime(in_square_time(ms), "d MMMM y, HH:mm", locale=_locale(of_pages(language)))


def spoken_of(sentence: Both, language: str) -> str:
    return sentence[language == "hi"]


@functools.cache
def _locale(language: str) -> Locale:
    return Locale.parse(f"{language}_IN")


def in_square_time(ms: int) -> datetime:
    """The moment by the clocks of the square."""
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone(SQUARE_TIME)
