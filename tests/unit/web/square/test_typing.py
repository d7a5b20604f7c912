"""The layout that the page shows, the files of words that the engine reads, and what pages tell of both."""

import gzip

import pytest
import regex

import lexicon
from chaupal.web import static
from chaupal.web.pages import TEMPLATES
from chaupal.web.square import typing
from village import Village

HINDI = 0x0900


def unpacked(data: bytes, block: int) -> dict[str, tuple[int, str]]:
    """As script/typing/lexicon.ts reads it: word -> how rare, and its English spelling."""
    words: dict[str, tuple[int, str]] = {}
    at, word = 0, ""
    while at < len(data):
        end = next(i for i in range(at + 1, len(data)) if data[i] < lexicon.LETTERS)
        word = word[: data[at] - lexicon.FIRST]
        word += "".join(chr(block + byte - lexicon.LETTERS) for byte in data[at + 1 : end])
        at = next((i for i in range(end + 1, len(data)) if not ord("a") <= data[i] <= ord("z")), len(data))
        words[word] = (data[end] - lexicon.FIRST, data[end + 1 : at].decode())
    return words


def test_what_is_packed_is_read_again_word_by_word_with_its_rarity_and_its_english_spelling():
    words = {"किसान": 45, "किसानों": 52, "किताब": 41, "आंदोलन": 47, "क": 93, "क" * 80: 60, "क" * 90: 60, "ट्रेन": 62}
    packed = lexicon.pack(words, HINDI, {"ट्रेन": "train"})
    assert unpacked(packed, HINDI) == {word: (rare, "train" * (word == "ट्रेन")) for word, rare in words.items()}


def test_a_word_that_only_lacks_its_nasal_counts_as_rarer_and_a_word_of_its_own_does_not():
    found = lexicon.fitting({"नहीं": 22, "नही": 29, "करें": 30, "करे": 33}, HINDI)
    assert found == {"नहीं": 22, "करें": 30, "करे": 33, "नही": 29 + lexicon.SLIPPED}


def test_words_of_other_scripts_digits_and_loose_signs_are_left_out_and_the_rarest_go_first():
    found = lexicon.fitting({"किसान": 45, "kisan": 10, "२०२४": 10, "ा": 10, "আমি": 10, "ऩ": 60}, HINDI)
    assert list(found) == ["किसान", "ऩ"]


def test_pages_say_hindi_words_of_our_own_catalogue_are_known():
    assert "फ़ॉलो" in dict(lexicon.own_words("hi"))
    assert dict(lexicon.own_words("te"))


@pytest.mark.skipif(not static.LEXICA.is_dir(), reason="no words for typing here: make assets")
def test_each_file_of_words_is_small_and_says_whose_words_they_are():
    for code, block in typing.BLOCKS.items():
        data = (static.LEXICA / f"words.{code}.gz").read_bytes()
        words = unpacked(gzip.decompress(data), block)
        assert len(data) <= 240_000
        assert len(words) > 35_000
        assert any(spelling for _, spelling in words.values())
    assert all(
        name in (static.LEXICA / "words.licence.txt").read_text("utf-8") for name in ("CC BY-SA 4.0", "MIT License")
    )


def test_other_scripts_have_the_same_places_and_nothing_where_they_lack_a_letter():
    hindi = {key.printed: key for row in typing.layout("hi") for key in row}
    tamil = {key.printed: key for row in typing.layout("ta") for key in row}
    assert (hindi["K"].plain, hindi["K"].shifted) == ("क", "ख")
    assert (tamil["K"].plain, tamil["K"].shifted) == ("க", "")
    assert tamil["."].shifted == "।"
    assert len(hindi) == 47


async def test_the_page_shows_the_layout_in_both_languages_and_an_unknown_script_is_hindi(village: Village):
    for language, said in (("hi", "इनस्क्रिप्ट कीबोर्ड"), ("en", "InScript keyboard")):
        page = await village.client.get("/about/typing?script=xx", headers={"cookie": f"language={language}"})
        assert page.status_code == 200
        assert said in page.text and '<b lang="hi">क</b>' in page.text


def test_every_field_in_which_people_write_sentences_has_the_help_for_typing():
    """Also messages, appeals and the desk. Fields for codes, lists and lines that are only read say so by having no `dir="auto"`."""
    sheets = {file: file.read_text("utf-8") for file in TEMPLATES.rglob("*.html")}
    fields = [(file.name, field) for file, text in sheets.items() for field in regex.findall(r"<textarea[^>]*>", text)]
    assert len(fields) > 12
    assert [one for one in fields if 'dir="auto"' in one[1] and "data-typing" not in one[1]] == []
