"""The words of the pages in the viewer's language: catalogues, numbers, days and spans of time; what is wrong, in sentences."""

import functools
import gettext
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date, format_timedelta
from babel.numbers import format_compact_decimal, format_decimal

from chaupal.http.call import Call
from chaupal.kernel.errors import Problem, coded
from chaupal.kernel.faults import FAULTS, Wrong
from chaupal.kernel.logger import log
from chaupal.kernel.page_languages import LANGUAGES as LANGUAGES, of_pages
from chaupal.policy.sentences import placeholders
from chaupal.policy.sentences.placeholders import in_square_time
from chaupal.text.language import LANGUAGES as NAMES, detect
from chaupal_audit.marked import N_ as N_

ELSE = N_("This cannot be taken as it is.")
LOCALES = Path(__file__).parent / "locales"
DOMAIN = "messages"
GROUPED = "#,##,##0.###"  # 12,34,567 in every language: for some of them CLDR groups by thousands
LONG_AGO = timedelta(days=7)  # from then on the day says more than the span

DIGITS = {
    "hi": "०१२३४५६७८९",
    "mr": "०१२३४५६७८९",
    "ne": "०१२३४५६७८९",
    "bn": "০১২৩৪৫৬৭৮৯",
    "as": "০১২৩৪৫৬৭৮৯",
    "gu": "૦૧૨૩૪૫૬૭૮૯",
    "pa": "੦੧੨੩੪੫੬੭੮੯",
    "or": "୦୧୨୩୪୫୬୭୮୯",
    "ta": "௦௧௨௩௪௫௬௭௮௯",
    "te": "౦౧౨౩౪౫౬౭౮౯",
    "kn": "೦೧೨೩೪೫೬೭೮೯",
    "ml": "൦൧൨൩൪൫൬൭൮൯",
    "ur": "۰۱۲۳۴۵۶۷۸۹",
}
RIGHT_TO_LEFT = frozenset({"ur", "ks", "sd", "ar", "fa"})


class Words:
    """One language's words. Times are ms since 1970 UTC and shown as the clock stands in India."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.direction = "rtl" if language in RIGHT_TO_LEFT else "ltr"
        self._locale = Locale.parse(f"{language}_IN")
        self._digits = str.maketrans("0123456789", DIGITS[language]) if language in DIGITS else {}
        catalogue = _catalogue(language)
        self.gettext: Callable[[str], str] = catalogue.gettext
        self.ngettext: Callable[[str, str, int], str] = catalogue.ngettext
        self.pgettext: Callable[[str, str], str] = catalogue.pgettext
        self.npgettext: Callable[[str, str, str, int], str] = catalogue.npgettext

    def number(self, n: float) -> str:
        """`12,34,567`."""
        return _grouped(n, self._locale)

    def compact(self, n: int) -> str:
        """`1,234`, then `12.3 हज़ार`, `1.2 लाख` (or `12.3K`, `1.2L`)."""
        if abs(n) < 10_000:
            return self.number(n)
        return format_compact_decimal(n, locale=self._locale, fraction_digits=1).replace("क॰", "करोड़")

    def script(self, code: str) -> str:
        """`देवनागरी` of `Deva`; a code without a name as it is."""
        return self._locale.scripts.get(code, code)

    def day(self, ms: int) -> str:
        """`10 फ़रवरी 2021`."""
        return placeholders.day(ms, self.language)

    def month(self, ms: int) -> str:
        """`फ़रवरी 2021`."""
        return format_date(in_square_time(ms), "MMMM y", locale=self._locale)

    def moment(self, ms: int) -> str:
        """`10 फ़रवरी 2021, 16:30`."""
        return placeholders.moment(ms, self.language)

    def ago(self, ms: int, now: int) -> str:
        """`5 मिनट पहले`; the day where it was more than a week ago."""
        span = timedelta(milliseconds=ms - now)
        if abs(span) > LONG_AGO:
            month = "MMM" if self.language == "en" else "MMMM"
            pattern = f"d {month}" if in_square_time(ms).year == in_square_time(now).year else f"d {month} y"
            return format_date(in_square_time(ms), pattern, locale=self._locale)
        if abs(span) < timedelta(seconds=45):
            return self.gettext("just now")
        # `5 min ago`: it stands in one line with a name. Hindi's own words are as short, and its abbreviations nobody reads.
        return format_timedelta(
            span, add_direction=True, format="short" if self.language == "en" else "long", locale=self._locale
        )

    def in_digits(self, say: Callable[..., str]) -> Callable[..., str]:
        """The same, with the digits of the language's own script where it has some."""
        return lambda *args: say(*args).translate(self._digits)  # pyrefly: ignore[implicit-any-lambda] - what `say` takes

    def span(self, ms: int) -> str:
        """`5 मिनट`: a length of time, its largest unit."""
        return _span(ms, self._locale)


@functools.cache
def words(language: str) -> Words:
    """The words of a language we have, else of English."""
    return Words(of_pages(language))


@functools.lru_cache(200)
def _span(ms: int, locale: Locale) -> str:
    return format_timedelta(timedelta(milliseconds=ms), format="long", locale=locale)


@functools.lru_cache(4_000)
def _grouped(n: float, locale: Locale) -> str:
    return format_decimal(n, GROUPED, locale=locale)


def own_name(language: str) -> str:
    """The language's name in itself (a language is chosen by that, never by a flag); its code where we have none."""
    return NAMES.get(language, language)


def language_of(text: str) -> str:
    """For `lang`: in which language somebody wrote who did not say so; English where that is doubtful."""
    return detect(text, "en") or "en"


def _catalogue(language: str) -> gettext.NullTranslations:
    try:
        return gettext.translation(DOMAIN, LOCALES, [language])
    except OSError:
        if language != "en":  # the msgids are English
            log.warning("pages have no compiled catalogue; run `make catalogues`", language=language)
        return gettext.NullTranslations()


# --- what is wrong, in sentences ---


def translated(call: Call[Any], text: str) -> str:
    """A text marked with N_, in the viewer's language."""
    return words(call.viewer.language).gettext(text)


def fault_text(wrong: Wrong, language: str) -> str:
    """What is wrong with one thing; what was typed stays before what is about it."""
    its = words(language)
    values = {name: its.number(value) if isinstance(value, int) else value for name, value in wrong.values.items()}
    text = its.gettext(FAULTS[wrong.code].page) % values
    return f"{wrong.typed}: {text}" if wrong.typed else text


def sentence(problem: Problem, language: str) -> str:
    """What went wrong, as one sentence."""
    known = coded(problem)
    return fault_text(Wrong(known.code, known.values), language)


def by_field(problem: Problem, language: str, *, codes: bool = False) -> dict[str, str]:
    """What is wrong by field, in which a line of targets keeps what was typed before it; nothing where it is about none.

    `codes`: with those of a list, which stand in no form.
    """
    found = coded(problem).wrong
    said = {"no_choice_of": Wrong("no_choice")} if not codes else {}
    return {
        field: "\n".join(fault_text(said.get(one.code, one), language) for one in some) for field, some in found.items()
    }


def errors_of(call: Call[Any], problem: Problem | None) -> dict[str, str]:
    """The same for a form, in the viewer's language; where it is about no field: the sentence under `form`."""
    if problem is None:
        return {}
    language = call.viewer.language
    return by_field(problem, language) or {"form": sentence(problem, language)}


def beside(call: Call[Any], problem: Problem | None, fields: Mapping[str, str], usual: str = "form") -> dict[str, str]:
    """One sentence beside the field of a form that it is about; `fields`: what a problem is about -> the field."""
    if problem is None:
        return {}
    told = coded(problem)
    field = next((fields[name] for name in (*told.places, *told.wrong) if name in fields), usual)
    return {field: sentence(problem, call.viewer.language)}


def in_words(problem: Problem, language: str) -> tuple[str, dict[str, str]]:
    """The sentence, and what is wrong by field: for programs that ask for a language."""
    return sentence(problem, language), by_field(problem, language, codes=True)
