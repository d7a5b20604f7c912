"""In which language a post is written: script first, pycld2 where languages share one, a word list for Roman Hindi.

The author's own choice wins over all of this; what is detected only fills the form in. Codes are BCP-47.
"""

from collections.abc import Collection
from functools import cache, lru_cache

import regex

from chaupal.text.clean import nfc
from chaupal.text.entities import find_entities

# Code to the language's name for itself (CLDR): those the pages speak or hope to, then those often met.
LANGUAGES: dict[str, str] = {
    "hi": "हिन्दी", "en": "English", "bn": "বাংলা", "mr": "मराठी", "te": "తెలుగు", "ta": "தமிழ்", "gu": "ગુજરાતી",
    "ur": "اردو", "kn": "ಕನ್ನಡ", "or": "ଓଡ଼ିଆ", "ml": "മലയാളം", "pa": "ਪੰਜਾਬੀ", "as": "অসমীয়া",
    "hi-Latn": "Hindi (Roman)", "ne": "नेपाली", "sa": "संस्कृतम्", "bho": "भोजपुरी", "mai": "मैथिली", "doi": "डोगरी",
    "kok": "कोंकणी", "brx": "बर'", "ks": "کٲشُر", "sd": "سنڌي", "sat": "ᱥᱟᱱᱛᱟᱲᱤ", "mni": "ꯃꯤꯇꯩꯂꯣꯟ", "si": "සිංහල",
    "ar": "العربية", "fa": "فارسی", "ps": "پښتو", "bo": "བོད་སྐད་", "dv": "ދިވެހި", "my": "မြန်မာ", "th": "ไทย",
    "zh": "中文", "ja": "日本語", "ko": "한국어", "ru": "русский", "uk": "українська", "he": "עברית", "el": "Ελληνικά",
    "fr": "français", "de": "Deutsch", "es": "español", "pt": "português", "it": "italiano", "nl": "Nederlands",
    "pl": "polski", "tr": "Türkçe", "sv": "svenska", "id": "Indonesia", "ms": "Melayu", "vi": "Tiếng Việt",
}  # fmt: skip

_ALONE = {
    "Gurmukhi": "pa", "Gujarati": "gu", "Oriya": "or", "Tamil": "ta", "Telugu": "te", "Kannada": "kn",
    "Malayalam": "ml", "Sinhala": "si", "Ol_Chiki": "sat", "Meetei_Mayek": "mni", "Thaana": "dv", "Tibetan": "bo",
    "Myanmar": "my", "Thai": "th", "Hiragana": "ja", "Katakana": "ja", "Hangul": "ko", "Han": "zh",
    "Greek": "el", "Hebrew": "he",
}  # fmt: skip
# Scripts of several languages; the first is the answer when nothing else decides. Bhojpuri and Maithili are for the
# author to choose: pycld2 takes short Hindi for them.
_SHARED = {
    "Devanagari": ("hi", "mr", "ne", "sa"),
    "Bengali": ("bn", "as"),
    "Arabic": ("ur", "ar", "fa", "sd", "ps", "ks"),
    "Cyrillic": ("ru", "uk"),
}
# What an author may have chosen, and pycld2 cannot tell.
_BY_CHOICE = {"Devanagari": ("bho", "mai", "doi", "kok", "brx"), "Bengali": ("mni",), "Arabic": ("pa",)}

# Common words of Roman Hindi, without those English (me, to, main, the, log, hum) or others (se, ke, ki, ko) have too.
_ROMAN_HINDI = """
    aaj aap aapka aapke aapki aapko abhi accha acha achha apna apne apni aur bahut bhai bhi bohot bolo chahiye
    dekho dhanyavad diya dost gayi ghar haal haan hai hain hamara hamare hamari hamein hoga hogi hona hota hoti
    hua hui humko isme jaise kabhi kahan kaise karna karne karo karte khana kisi kitna koi kuch kya kyo kyon kyu
    kyun lekin liye maine matlab mein mera mere meri mujhe nahi nahin namaste phir raha rahe rahi sabhi sirf tha
    thi tumhara unka uska uske waha wahan wala wale woh yaar yahan yeh
"""
_ROMAN_WORDS = frozenset(_ROMAN_HINDI.split())
_MIN_ROMAN_WORDS = 2
_MIN_ROMAN_SHARE = 0.2

_MAX_POINTS = 1_000  # enough to tell; a longer post costs no more
_SCRIPT_RUN = regex.compile("|".join(f"(?<{name}>\\p{{Script={name}}}+)" for name in ("Latin", *_SHARED, *_ALONE)))
_LATIN_WORD = regex.compile(r"\p{Latin}+")

_PARTS = regex.compile(r"([A-Za-z]{2,3})(?:-([A-Za-z]{4}))?(?:-[A-Za-z0-9]{2,8})*")
_OLD_CODES = {
    "iw": "he", "in": "id", "bh": "bho", "ji": "yi", "tl": "fil", "no": "nb", "hin": "hi", "eng": "en", "ben": "bn",
    "mar": "mr", "tel": "te", "tam": "ta", "guj": "gu", "urd": "ur", "kan": "kn", "ori": "or", "ory": "or", "mal": "ml",
    "pan": "pa", "asm": "as", "nep": "ne", "npi": "ne", "san": "sa", "kas": "ks", "snd": "sd", "gom": "kok",
}  # fmt: skip


def detect(text: str, prior: str | None = None) -> str | None:
    """The language of a post as a BCP-47 code, or None. `prior`, what its author wrote last, decides doubtful cases."""
    words = _words_only(nfc(text[:_MAX_POINTS]))
    script = _main_script(words)
    if script is None:
        return prior
    if script in _ALONE:
        return _alone(script, words, prior)
    return _latin(words, prior) if script == "Latin" else _shared(script, words, prior)


@lru_cache(maxsize=512)
def check_language(code: str) -> str | None:
    """A client's tag as one of our codes (`hi_IN` and `hin` are `hi`), or None when it names no language."""
    parts = _PARTS.fullmatch(code.strip().replace("_", "-")[:35])
    if parts is None:
        return None
    language = parts[1].lower()
    language = _OLD_CODES.get(language, language)
    written = f"{language}-{parts[2].title()}" if parts[2] else language
    return written if written in LANGUAGES else language if language in LANGUAGES or language in _others() else None


def _words_only(text: str) -> str:
    """The text without mentions and links; a tag's `_` parts words."""
    parts: list[str] = []
    end = 0
    for entity in find_entities(text):
        parts += text[end : entity.start], entity.text.replace("_", " ") if entity.kind == "tag" else " "
        end = entity.end
    return "".join((*parts, text[end:]))


def _main_script(text: str) -> str | None:
    """The script of most letters."""
    counts: dict[str, int] = {}
    for run in _SCRIPT_RUN.finditer(text):
        if script := run.lastgroup:
            counts[script] = counts.get(script, 0) + len(run[0])
    return max(counts, key=counts.__getitem__) if counts else None


def _alone(script: str, text: str, prior: str | None) -> str:
    if script == "Han":
        return "ja" if prior == "ja" or regex.search(r"[\p{Hiragana}\p{Katakana}]", text) else "zh"
    return _ALONE[script]


def _shared(script: str, text: str, prior: str | None) -> str:
    languages = _SHARED[script]
    reliable, guesses = _guess(" ".join(regex.findall(rf"[\p{{Script={script}}}\p{{Mn}}\u200c\u200d]+", text)))
    best = next((code for code in guesses if code in languages), None)
    if prior in _BY_CHOICE.get(script, ()) or (prior in languages and not (reliable and best)):
        return prior or languages[0]
    return best or languages[0]


def _latin(text: str, prior: str | None) -> str | None:
    words = [word.lower() for word in _LATIN_WORD.findall(text)]
    hindi = sum(word in _ROMAN_WORDS for word in words)
    if hindi >= _MIN_ROMAN_WORDS and hindi >= _MIN_ROMAN_SHARE * len(words):
        return "hi-Latn"
    reliable, guesses = _guess(" ".join(words))
    best = next((code for code in guesses if code in LANGUAGES), None)
    if reliable and best:
        return best
    return prior if prior is not None and _is_latin(prior) else best


def _is_latin(code: str) -> bool:
    """Whether a language of ours is written in Latin letters, by its own name."""
    return _main_script(LANGUAGES.get(code, "")) == "Latin"


def is_among(language: str, wanted: Collection[str]) -> bool:
    """Whether a post in a language is wanted, where these are: one of which nobody knows the language is, and so is each way of
    writing one (`hi-Latn` with `hi`).
    """
    return language in ("", "und") or language in wanted or language.partition("-")[0] in wanted


@cache
def _others() -> frozenset[str]:
    """Codes of languages that are none of ours."""
    import pycld2

    return frozenset({code for _, code in pycld2.LANGUAGES if regex.fullmatch("[a-z]{2,3}", code)} | {"nb", "fil"})


def _guess(text: str) -> tuple[bool, list[str]]:
    """What pycld2 thinks: whether it is sure, and up to three codes, best first."""
    import pycld2  # megabytes, brought in with the first text whose language nobody named

    reliable, _, guesses = pycld2.detect(text, isPlainText=True, bestEffort=True)
    return bool(reliable), [str(code) for _, code, percent, _ in guesses if percent]
