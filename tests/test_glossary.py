"""One word for one thing, in both catalogues: what docs/glossary.md decided is not said in another word on any page.

A row is added where a word is settled: the language, what is not to be said (a pattern), what is said instead, and which sentences
(by their English) may say it all the same.
"""

from pathlib import Path
from typing import NamedTuple

import pytest
import regex
from babel.messages.pofile import read_po

from chaupal.web.words import LOCALES

GLOSSARY = Path(__file__).parent.parent / "docs/glossary.md"


class Row(NamedTuple):
    """`but`: a pattern of English sentences in which the word means something else."""

    language: str
    unsaid: str
    said: str
    but: str = r"(?!)"


ROWS = (
    Row("hi", r"ब्योर[ाे]", "लॉग", but=r"authority's entry"),
    Row("hi", r"यहां|वहां|कहां", "यहाँ, वहाँ, कहाँ"),
    Row("hi", r"ई-मेल|इमेल|ई मेल", "ईमेल"),
    Row("hi", r"प्रोफाइल|(?:मेरा|आपका|अपना|उनका) प्रोफ़ाइल(?!\p{L})", "प्रोफ़ाइल, feminine"),
    Row("hi", r"लिन्क|कड़ी(?!\p{L})", "लिंक"),
    Row("hi", r"हैंडल|उपयोगकर्ता नाम", "यूज़रनेम"),
    Row("hi", r"हटाए जाने तक", "अगले फ़ैसले तक"),
    Row("en", r"until it is lifted", "until it is decided otherwise"),
)
# An act that ends differently has its own word: what is asked for -> what its Hindi is, and is not.
ACTS = (
    ("Lift it", "रोक हटाएँ"),
    ("Delete this post", "मिटाएँ"),
    ("Delete the draft", "मिटाएँ"),
    ("Delete this list", "मिटाएँ"),
)


def said(language: str) -> list[tuple[str, str]]:
    """(English, what the page says) of every sentence of a catalogue; of English, the sentences themselves."""
    with (LOCALES / "hi/LC_MESSAGES/messages.po").open("rb") as file:
        catalogue = read_po(file, locale="hi")
    found: list[tuple[str, str]] = []
    for message in catalogue:
        english = (message.id,) if isinstance(message.id, str) else tuple(message.id)
        hindi = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
        found += [(english[0], text) for text in (english if language == "en" else hindi) if english[0]]
    return found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.language}: {row.said}")
def test_one_word_is_said_for_one_thing(row: Row):
    found = [(english, text) for english, text in said(row.language) if regex.search(row.unsaid, text)]
    assert not [text for english, text in found if not regex.search(row.but, english)], f"say {row.said}"


@pytest.mark.parametrize(("english", "word"), ACTS)
def test_acts_that_end_differently_have_words_of_their_own(english: str, word: str):
    hindi = [text for asked, text in said("hi") if asked == english]
    assert hindi and all(word in text for text in hindi)


def test_the_glossary_names_each_word_once():
    terms = [
        line.split("|")[1].strip()
        for line in GLOSSARY.read_text("utf-8").splitlines()
        if regex.match(r"\| [a-z]", line)
    ]
    assert len(terms) > 100
    assert sorted({term for term in terms if terms.count(term) > 1}) == []
