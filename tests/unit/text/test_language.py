"""The language of a post, and the tags clients send."""

import pytest

from chaupal.text.language import LANGUAGES, check_language, detect

SAMPLES = {
    "hi": ["राष्ट्रपति भवन में आज समारोह हुआ", "मैं घर जा रहा हूँ", "आज मौसम बहुत अच्छा है"],
    "mr": ["मी आज बाजारात जाणार आहे", "आज पाऊस खूप पडत आहे"],
    "ne": ["म आज बजार जाँदैछु", "नेपाल हाम्रो देश हो"],
    "bn": ["আমি আজ বাজারে যাব", "বাংলা আমাদের মাতৃভাষা"],
    "as": ["মই আজি বজাৰলৈ যাম", "অসমীয়া আমাৰ মাতৃভাষা"],
    "ur": ["میں آج بازار جا رہا ہوں", "پاکستان اور ہندوستان میں اردو بولی جاتی ہے"],
    "ta": ["தமிழ் நாட்டில் இன்று மழை"],
    "te": ["నేను ఈరోజు బజారుకు వెళ్తాను"],
    "kn": ["ನಾನು ಇಂದು ಮಾರುಕಟ್ಟೆಗೆ ಹೋಗುತ್ತೇನೆ"],
    "ml": ["ഞാൻ ഇന്ന് ചന്തയിൽ പോകും"],
    "gu": ["હું આજે બજાર જઈશ"],
    "pa": ["ਮੈਂ ਅੱਜ ਬਾਜ਼ਾਰ ਜਾਵਾਂਗਾ"],
    "or": ["ମୁଁ ଆଜି ବଜାର ଯିବି"],
    "en": ["I am going to the market today", "The farmers are meeting in Delhi"],
    "hi-Latn": ["Main aaj bazaar nahi ja raha hun", "kya haal hai bhai", "aap kaise ho"],
    "fr": ["Je vais au marché aujourd’hui"],
    "ar": ["أنا ذاهب إلى السوق اليوم لشراء الخبز"],
    "ja": ["今日は市場に行きます"],
}


@pytest.mark.parametrize(("language", "text"), [(code, text) for code, texts in SAMPLES.items() for text in texts])
def test_a_post_is_known_by_its_language(language, text):
    assert detect(text) == language


@pytest.mark.parametrize("language", ["hi", "ur", "en"])
def test_links_and_mentions_say_nothing_about_the_language(language):
    assert detect(f"{SAMPLES[language][0]} https://example.com/some/long/english/path/here @ravi @asha") == language


def test_a_tag_speaks_with_its_words():
    assert detect("#किसान_आंदोलन #दिल्ली_चलो") == "hi"


def test_what_says_nothing_is_in_the_language_of_its_author():
    assert detect("😀 123", prior="bn") == "bn"
    assert detect("😀") is None
    assert detect("") is None


def test_an_author_of_bhojpuri_is_believed_and_only_in_its_script():
    assert detect("हमार घर दूर बा", prior="bho") == "bho"
    assert detect(SAMPLES["ta"][0], prior="bho") == "ta"


def test_english_that_looks_like_hindi_is_english():
    assert detect("The main log is here, come to me and hum the tune") == "en"


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("hi", "hi"), ("HI", "hi"), ("hi_IN", "hi"), ("hin", "hi"), ("hi-latn", "hi-Latn"), ("en-GB", "en"),
        ("bn-BD", "bn"), ("ur-Arab-PK", "ur"), ("zh-Hant-TW", "zh"), ("ory", "or"), ("iw", "he"),
        ("", None), ("xx", None), ("<script>", None), ("hindi", None), ("h" * 10_000, None),
    ],
)  # fmt: skip
def test_a_clients_tag_becomes_ours_or_none(sent, code):
    assert check_language(sent) == code


def test_every_language_of_ours_is_a_tag_of_ours():
    assert {check_language(code) for code in LANGUAGES} == set(LANGUAGES)
