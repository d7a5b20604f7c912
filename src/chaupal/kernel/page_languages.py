"""The languages in which the house speaks. A new one of pages is a folder in web/locales and a row here, no more."""

from typing import Literal, get_args

# In the order in which they are offered. English stands in the code, and has no folder.
PageLanguage = Literal["hi", "en"]
LANGUAGES: tuple[str, ...] = get_args(PageLanguage)

# Of sentences that stand beside the law, in tables of policy/, governance/ and fanout/: placeholders, notices, letters, pushes.
# Whoever reads pages in another language is told these in English until each of the tables has its row.
SENTENCES = ("hi", "en")

# Of browsers that ask for none of ours: whoever reads these learnt to read in Hindi, everybody else rather knows English.
READ_IN_HINDI = frozenset(("awa", "bgc", "bho", "hne", "mag", "mai", "mwr", "raj"))


def of_pages(language: str) -> str:
    """The language itself where pages speak it, else English."""
    return language if language in LANGUAGES else "en"


def spoken(language: str) -> str:
    """The language in which somebody is told: their own where the sentences are written in it, else English."""
    return language if language in SENTENCES else "en"
