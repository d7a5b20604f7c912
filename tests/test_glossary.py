"""One word for one thing, in both catalogues: what docs/glossary.md decided is not said in another word on any page.

A row is added where a word is settled: the language, what is not to be said (a pattern), what is said instead, and which sentences
(by their English) may say it all the same.
"""

import ast
import functools
import tokenize
from pathlib import Path
from typing import NamedTuple

import pytest
import regex
from babel.messages.pofile import read_po

import chaupal
import chaupal_audit
from chaupal.governance import laws
from chaupal.policy.sentences import push_texts
from chaupal.web.words import LOCALES

CODE = Path(chaupal.__file__).parent
TEXTS = Path(laws.__file__).parent / "texts"
LETTERS = (
    "social/signin/signin_mails.py",
    "policy/sentences/ruling_texts.py",
    "policy/sentences/complaint_texts.py",
    "policy/sentences/demand_texts.py",
    "policy/sentences/placeholders.py",
    "governance/orders/portal.py",
    # Whatever an auditor reads.
    *map(str, Path(chaupal_audit.__file__).parent.rglob("*.py")),
)
DEFINED = regex.compile(r"^(?:async )?(?:def|class) (\w+)", regex.MULTILINE)
GLOSSARY = Path(__file__).parent.parent / "docs/glossary.md"


class Row(NamedTuple):
    """`but`: a pattern of English sentences in which the word means something else."""

    language: str
    unsaid: str
    said: str
    but: str = r"(?!)"


ROWS = (
    Row("hi", r"ब्योर[ाे]", "लॉग", but=r"authority's entry"),
    Row("hi", r"क\u093cानून|\u0958ानून|ख\u093cबर|\u0959बर", "कानून, खबर"),
    Row("hi", r"यहां|वहां|कहां", "यहाँ, वहाँ, कहाँ"),
    Row("hi", r"ई-मेल|इमेल|ई मेल|(?<!\p{L})मेल(?!\p{L}| खा| नहीं)", "ईमेल"),
    Row("hi", r"प्रोफाइल|(?:मेरा|आपका|अपना|उनका|मेरे|आपके|अपने|उनके) प्रोफ़ाइल(?!\p{L})", "प्रोफ़ाइल, feminine"),
    Row("hi", r"लिन्क|कड़ी(?!\p{L})|कड़िय", "लिंक"),
    Row("hi", r"हैंडल|उपयोगकर्ता नाम", "यूज़रनेम"),
    Row("hi", r"हटाए जाने तक", "अगले फ़ैसले तक"),
    Row("hi", r"चौराह", "चौपाल"),
    Row("hi", r"मतदान", "पोल"),
    Row("hi", r"(?<!\p{L})मत (?:दें|दिया|देना)", "वोट"),
    Row("hi", r"अपनी बात (?:कह|के साथ|जोड़)", "कोट करें"),
    Row("hi", r"देखें-जानें", "एक्सप्लोर"),
    Row("hi", r"अतीत", "पुरानी पोस्ट"),
    Row("hi", r"चित्र और आँकड़े", "ग्राफ़ और आँकड़े"),
    Row("hi", r"परिचय चौपाल|परिचय <bdi>", "चौपाल का परिचय"),
    Row("hi", r"पोस्ट यहाँ नहीं मिला|इन्हें नहीं$|^0 व्यक्ति", "पोस्ट यहाँ नहीं मिली, सुझाव हटाएँ, अभी किसी ने वोट नहीं दिया"),
    Row("hi", r"उपकरण", "डिवाइस"),
    Row("hi", r"स्टाफ़", "कर्मचारी"),
    Row("hi", r"प्राधिकरण", "प्राधिकारी"),
    Row("hi", r"निर्णय", "फ़ैसला"),
    Row("hi", r"साक्षी", "गवाह"),
    Row("hi", r"पड़ाव", "चेकपॉइंट"),
    Row("hi", r"उल्लेख", "ज़िक्र"),
    Row("hi", r"उद्धृत (?:कर|की)", "कोट करें"),
    Row("hi", r"ट्रेंड", "चर्चा में"),
    Row("hi", r"ख\u093cत्म|\u0959त्म", "खत्म"),
    Row("hi", r"स्ट[ोॉ]?ड[ॉ]?न(?!\p{L})|ट्विटर", "Mastodon, Twitter"),
    # The house's own; an authority sits in a कार्यालय.
    Row("hi", r"कार्यालय", "दफ़्तर", but=r"^Office$|^Office that|^Issuing office$|government office"),
    Row("hi", r"(?<!\p{L})पेज", "पन्ना"),
    Row("hi", r"साइन[- ]इन", "लॉग इन"),
    Row("hi", r"अंतर्गत|(?<!\p{L})(?:द्वारा|यदि|हेतु|एवं)(?!\p{L})", "plain words: के तहत, ने, अगर, के लिए, और"),
    # What is taken away is deleted, lifted, ended or taken out; what else is said to be "हटाया" is a measure of the house, or a suggestion.
    Row(
        "hi",
        r"हटाएँ|हटाइए|हटा दें|हटाना",
        "मिटाएँ, रोक हटाएँ, बंद करें, निकालें",
        but=r"^Lift|lifts$|suggestion|^Remove the post$",
    ),
    Row("hi", r"\p{L}ता/|/\p{L}*(?:ती|गी)(?!\p{L})", "a wording without gender"),
    Row("hi", r"अपने आप(?![\p{L}\p{M}])|कौन स[ाी](?!\p{L})", "अपने-आप, कौन-सा"),
    Row("hi", r"(?<!\p{L})बही(?!\p{L})", "लॉग"),
    Row("hi", r"फ़िल्म", "वीडियो"),
    Row("hi", r"स्तंभ", "कॉलम"),
    Row("hi", r"पाबंदी|खाता ठहर", "रोक, स्थिर"),
    Row("hi", r"जवाबी सूचना", "प्रति-सूचना"),
    Row("hi", r"सबूत", "a proof is प्रमाण, evidence साक्ष्य"),
    Row("hi", r"चर्चा से|(?<!=)\"(?=\p{Devanagari})", "चर्चाओं से; “…”"),
    # Whoever asks to join or objects is granted it; what two decide is approved.
    Row("hi", r"(?<![\p{L}\p{M}])मंज़ूर", "अनुमोदन", but=r"^$|waits? for approval|^Grant it$"),
    Row("hi", r"जावास्क्रिप्ट|ड्राफ़्ट|ऑडिटर|सेटिंग्स|ग\u093cलत|ख\u093cयाल", "JavaScript, मसौदा, लेखा-परीक्षक, सेटिंग, गलत, खयाल"),
    Row("hi", r"(?:लिख|चुन|पढ़|जाँच)िए|(?:दबा|बता|बनवा)इए|[कद]ीजिए", "one voice: लिखें, चुनें, बताएँ, करें"),
    Row("en", r"until it is lifted", "until it is decided otherwise"),
    Row("en", r"[Ee]-mail", "email"),
    Row("en", r"(?i)^(?:to )?the square|on the square", "Local"),
    Row(
        "en",
        r"(?i)your past|your data along|do not go together|whom you (?:hear|may like)|by mail$|put away$|your account stands",
        "plain names",
    ),
)
# An act that ends differently has its own word: what is asked for -> what its Hindi is, and is not.
ACTS = (
    ("Lift it", "रोक हटाएँ"),
    ("Delete this post", "मिटाएँ"),
    ("Delete the draft", "मिटाएँ"),
    ("Delete this list", "मिटाएँ"),
    ("Discard", "मिटाएँ"),
    ("Dismiss", "बंद करें"),
    ("Turn off", "बंद करें"),
    ("End", "बंद करें"),
    ("Unfollow", "बंद करें"),
    ("Take out", "निकालें"),
    ("Remove", "निकालें"),
    ("Remove this follower", "निकालें"),
    ("Hide this suggestion", "सुझाव हटाएँ"),
    ("Unblock", "अनब्लॉक करें"),
    ("Unmute", "अनम्यूट करें"),
)
# What places and deeds are called, plainly, in both languages.
NAMES = {
    "Local": "चौपाल", "Home": "होम", "Explore": "एक्सप्लोर", "Muted accounts": "म्यूट किए गए खाते", "Who can notify you": "किनसे सूचना मिले",
    "Email notifications": "ईमेल से सूचनाएँ", "Import": "पुरानी पोस्ट लाएँ", "Export": "डेटा ले जाएँ", "Account status": "खाते की स्थिति",
    "Wrong username or password.": "यूज़रनेम या पासवर्ड गलत है।", "Who to follow": "फ़ॉलो करने के सुझाव", "Quote": "कोट करें",
    "Poll": "पोल", "Vote": "वोट दें", "Nobody has voted yet": "अभी किसी ने वोट नहीं दिया", "Who may quote it": "इसे कौन कोट कर सकता है",
    "Followed by %(name)s": "%(name)s के फ़ॉलो किए हुए", "Figures": "ग्राफ़ और आँकड़े", "About <bdi>%(site)s</bdi>": "<bdi>%(site)s</bdi> का परिचय",
    "Links": "लिंक",
}  # fmt: skip
# What no name of the code may hold, and where: there it would stand for another thing (decision 44).
UNNAMED = (
    (r"[Nn]otices?(?!_id)|NOTICE", "notification", ("store/notifications", "social/people", "api/mastodon/notifications", "reads/people")),
    (r"(?i)glass", "emergency", ("",)),
    (r"^Feed$", "AtomFeed", ("web",)),
)  # fmt: skip


@functools.cache
def said(language: str) -> list[tuple[str, str]]:
    """(English, what is said) of every sentence of a catalogue, of pushes and of mails, and of each text of the house as a whole; of
    English, the sentences themselves."""
    with (LOCALES / "hi/LC_MESSAGES/messages.po").open("rb") as file:
        catalogue = read_po(file, locale="hi")
    found = [(title["en"], title[language]) for title in push_texts.TITLES.values()]
    found += [("", text.read_text("utf-8")) for text in sorted(TEXTS.glob(f"*.{language}.md"))]
    found += [
        ("", text) for text in written_in_letters() if (language == "hi") is bool(regex.search(r"\p{Devanagari}", text))
    ]
    for message in catalogue:
        english = (message.id,) if isinstance(message.id, str) else tuple(message.id)
        hindi = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
        found += [(english[0], text) for text in (english if language == "en" else hindi) if english[0]]
    return found


def written_in_letters() -> list[str]:
    """Every text in the modules that write mails, and in the verifier, in either language."""
    trees = [ast.parse((CODE / one).read_text("utf-8")) for one in LETTERS]
    parts = [part.value for tree in trees for part in ast.walk(tree) if isinstance(part, ast.Constant)]
    return [part for part in parts if isinstance(part, str) and " " in part]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.language}: {row.said}")
def test_one_word_is_said_for_one_thing(row: Row):
    found = [(english, text) for english, text in said(row.language) if regex.search(row.unsaid, text)]
    assert not [text for english, text in found if not regex.search(row.but, english)], f"say {row.said}"


@pytest.mark.parametrize(("english", "word"), ACTS)
def test_acts_that_end_differently_have_words_of_their_own(english: str, word: str):
    hindi = [text for asked, text in said("hi") if asked == english]
    assert hindi and all(word in text for text in hindi)


def test_places_and_deeds_have_plain_names_in_both_languages():
    said_so = dict(said("hi"))
    assert {english: said_so.get(english) for english in NAMES} == NAMES


def test_the_glossary_names_each_word_once():
    terms = [
        line.split("|")[1].strip()
        for line in GLOSSARY.read_text("utf-8").splitlines()
        if regex.match(r"\| [a-z]", line)
    ]
    assert len(terms) > 100
    assert sorted({term for term in terms if terms.count(term) > 1}) == []


@pytest.mark.parametrize(
    ("unsaid", "said_so", "rooms"), UNNAMED, ids=lambda each: each if isinstance(each, str) else ""
)
def test_names_of_the_code_are_the_words_of_the_glossary(unsaid: str, said_so: str, rooms: tuple[str, ...]):
    files = [file for room in rooms for file in (CODE / room).rglob("*.py") if "migrations" not in file.parts]
    assert len(files) > 5
    assert [(file.name, name) for file in files for name in named(file) if regex.search(unsaid, name)] == [], said_so


# Names that say nothing when they are read where they are called: what is given or done has a name (decision 51).
EMPTY = {"one", "two", "of", "it", "said", "told", "do", "_do", "look", "One", "Of", "Look"}


def test_what_a_file_gives_has_a_name_that_is_found():
    files = [file for file in CODE.rglob("*.py") if "migrations" not in file.parts]
    assert [(file.name, name) for file in files for name in given(file) if name in EMPTY] == []


def given(file: Path) -> list[str]:
    return DEFINED.findall(file.read_text("utf-8"))


def named(file: Path) -> set[str]:
    with file.open("rb") as lines:
        return {token.string for token in tokenize.tokenize(lines.readline) if token.type == tokenize.NAME} | {
            file.stem
        }
