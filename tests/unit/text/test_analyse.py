"""Search terms, and that SQLite's FTS5 keeps each of them whole."""

import sqlite3

import pytest

from chaupal.text.analyse import MAX_QUERY_TERMS, name_words, query_terms, terms

TOKENIZER = "unicode61 remove_diacritics 0 categories 'L* N* Co Mn Mc'"
CORPUS = {
    "Devanagari": "राष्ट्रपति भवन में हुई बैठक, ज\u093cरूरी ख\u093cबर: २०२४ का #किसान_आन्दोलन! दुःख ॐ क्\u200dया विद्वान्",
    "Bengali": "আমি আজ বাজারে যাব। উৎসব চাঁদ সময\u09bc #বাংলা_ভাষা মই বজাৰলৈ যাম",
    "Gurmukhi": "ਪੰਜਾਬੀ ਭਾਸ਼ਾ ਸਿੱਖ ਗੁਰਦੁਆਰਾ ਜ\u0a3cਿੰਦਗੀ",
    "Gujarati": "હું આજે બજાર જઈશ. હિન્દી ગુજરાતી ભાષા ૨૦૨૪",
    "Oriya": "ଓଡ଼ିଆ ଭାଷା ଆଜି ବଜାର ଯିବି ସମ୍ବନ୍ଧ",
    "Tamil": "தமிழ் நாட்டில் இன்று மழை ஶ்ரீ கொடுத்தார்",
    "Telugu": "నేను ఈరోజు బజారుకు వెళ్తాను హిన్దీ",
    "Kannada": "ನಾನು ಇಂದು ಮಾರುಕಟ್ಟೆಗೆ ಹೋಗುತ್ತೇನೆ ಹಿನ್ದಿ",
    "Malayalam": "ഞാൻ ഇന്ന് ചന്തയിൽ പോകും അവന്\u200d",
    "Arabic": "میں آج بازار جا رہا ہوں، كتاب مُحَمَّد ۲۰۲۴",
    "Latin": "Café ＫＩＳＡＮ x_y it's #KisanAndolan2024 𝐌𝐨𝐝𝐢 naïve",
}


@pytest.mark.parametrize("script", CORPUS)
def test_every_term_is_one_token_of_fts5(script):
    found = terms(CORPUS[script])
    db = sqlite3.connect(":memory:")
    db.execute(f'CREATE VIRTUAL TABLE finding USING fts5(w, tokenize="{TOKENIZER}")')
    db.execute("CREATE VIRTUAL TABLE lexicon USING fts5vocab(finding, 'row')")
    db.execute("INSERT INTO finding VALUES (?)", (" ".join(found),))
    assert found
    assert {term for (term,) in db.execute("SELECT term FROM lexicon")} == set(found)


def test_a_tag_is_found_by_its_words_and_as_one():
    found = terms("आज #किसान_आन्दोलन")
    assert found == ["आज", "किसान", "आंदोलन", "किसानआंदोलन"]
    assert set(query_terms("किसान आन्दोलन")) <= set(found)
    assert query_terms("#किसानआंदोलन") == ["किसानआंदोलन"]
    assert query_terms("#किसान_आंदोलन") == ["किसानआंदोलन"]


def test_people_and_addresses_are_not_words_but_a_host_is():
    assert terms("@ravi @asha@x.in https://www.the-hindu.co.in/news/123?q=a हाँ") == ["the", "hindu", "co", "हां"]


def test_spelling_variants_ask_for_the_same():
    assert query_terms("ज\u093cरूरी हिन्दी") == query_terms("जरूरी हिंदी") == ["जरूरी", "हिंदी"]


def test_a_query_asks_for_sixteen_terms_at_most():
    assert len(query_terms(" ".join(f"w{n}" for n in range(99)))) == MAX_QUERY_TERMS


def test_query_syntax_is_not_passed_on():
    assert query_terms('"a* OR -b NEAR(c)') == ["a", "or", "b", "near", "c"]


def test_a_person_is_found_by_name_and_by_handle():
    assert name_words("रवि कुमार 🙂", "@ravi_k@x.in") == ["रवि", "कुमार", "ravi", "k", "ravik"]
