"""Numbers, days and plurals as people in India write them."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import chaupal
from chaupal.kernel.clock import DAY, HOUR, MINUTE
from chaupal.web.words import own_name, words

THEN = 1_612_954_800_000  # 10 February 2021, 16:30 in India


@pytest.mark.parametrize("language", ["hi", "en"])
def test_numbers_are_grouped_by_lakh_and_crore(language: str):
    assert words(language).number(1234567) == "12,34,567"
    assert words(language).compact(9_999) == "9,999"


def test_large_numbers_are_said_in_the_words_of_the_language():
    assert words("hi").compact(12_345) == "12.3\xa0हज़ार"
    assert words("hi").compact(123_456) == "1.2\xa0लाख"
    assert words("hi").compact(12_345_678) == "1.2\xa0करोड़"
    assert words("en").compact(123_456) == "1.2L"


def test_moments_stand_as_the_clock_in_india_shows_them_in_24_hours():
    assert words("hi").moment(THEN) == "10 फ़रवरी 2021, 16:30"
    assert words("en").day(THEN + 8 * HOUR) == "11 February 2021"


def test_time_that_passed_is_said_shortly_and_long_ago_by_its_day():
    hindi = words("hi")
    assert hindi.ago(THEN, THEN + 5 * MINUTE) == "5 मिनट पहले"
    assert hindi.ago(THEN, THEN + 10_000) == "अभी-अभी"
    assert hindi.ago(THEN, THEN + 8 * DAY) == "10 फ़रवरी"
    assert words("en").ago(THEN, THEN + 400 * DAY) == "10 Feb 2021"


def test_none_is_singular_in_hindi_and_plural_in_english():
    forms = ("%(shown)s person is talking", "%(shown)s people are talking")
    hindi, english = words("hi").ngettext, words("en").ngettext
    assert hindi(*forms, 0) == hindi(*forms, 1) != hindi(*forms, 2)
    assert english(*forms, 0) == english(*forms, 2) != english(*forms, 1)


def test_a_language_we_do_not_speak_is_answered_in_english():
    assert words("fr").language == "en"
    assert own_name("ta") == "தமிழ்"
    assert own_name("xx") == "xx"


SAYS = """
from chaupal.policy.sentences.placeholders import country_names, until
from chaupal.web.words import words
w = words("mr")
print(w.language, w.day(1_612_954_800_000), w.gettext("Home"), until(None, "mr"), country_names(("IN",), "mr"), sep="|")
"""


def test_a_new_language_of_pages_is_one_folder_and_one_row(tmp_path: Path):
    here = Path(chaupal.__file__).parent
    shutil.copytree(here, tmp_path / "chaupal", ignore=shutil.ignore_patterns("__pycache__", "assets", "static"))
    shutil.copytree(here / "web/locales/hi", tmp_path / "chaupal/web/locales/mr")
    row = tmp_path / "chaupal/kernel/page_languages.py"
    row.write_text(row.read_text("utf-8").replace('Literal["hi", "en"]', 'Literal["hi", "mr", "en"]'), "utf-8")
    command, where = [sys.executable, "-c", SAYS], {"PYTHONPATH": str(tmp_path), "PYTHONIOENCODING": "utf-8"}
    said = subprocess.run(command, env=where, capture_output=True, text=True, check=True).stdout.strip()
    # The law's own sentences stand in tables, and are English until each has a row.
    assert said == "mr|10 फेब्रुवारी 2021|होम|until it is decided otherwise|भारत"
