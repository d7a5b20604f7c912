"""What pages have Jinja work out once comes out as if it had been worked out each time."""

import asyncio
from gettext import NullTranslations
from threading import get_ident
from typing import Any

import pytest
from jinja2 import DictLoader, Environment, StrictUndefined, Template, UndefinedError

from chaupal.app.wiring import RunningHouse
from chaupal.web import pages, templating
from chaupal.web.templating import Templates, once, referred
from inside import Inside

SHEETS = {
    "frame": '{% from "parts" import shout with context %}<b>{{ shout(who) }}</b>{% block main %}{% endblock %}{{ site }}',
    "parts": '{% from "plain" import twice %}{% from "inner" import quiet with context %}'
    "{% macro shout(name) %}{{ twice(name) }}{{ mark }}{{ quiet() }}{% endmacro %}"
    "{% macro around(name) %}<p>{{ caller() }}{{ name }}</p>{% endmacro %}",
    "inner": "{% macro quiet() %}{{ mark|upper }}{% endmacro %}",
    "unknown": "{{ nobody }}",
    "unknown call": "{{ nobody() }}",
    "unknown part": '{% from "parts" import nobody with context %}{{ nobody }}',
    "plain": "{% macro twice(x) %}{{ x }}{{ x|e }}{{ site }}{% endmacro %}",
    "page": '{% extends "frame" %}{% from "parts" import around, shout with context %}{% block main %}{{ super() }}'
    "{% for one in lines %}{% set at = loop.index %}{{ loop.cycle('a', 'b') }}{{ one }}{{ _('Hello, %(name)s: 100%%', name=one) }}"
    "{% call around(one) %}{{ at }}{% endcall %}{% endfor %}{{ _('100%% <b>') }}{{ pgettext('verb', '<Like>') }}"
    "{% trans n=lines|length %}One{% pluralize %}{{ n }} of them{% endtrans %}{% trans %}A & B{% endtrans %}"
    "{{ shout | string | length }}{{ (mark ~ who) }}{{ numbers.a[0] }}{{ none }}{{ 'x'|safe }}{{ ask(2, by=3) }}{% endblock %}",
}
LINES = ["<i>", "é & ü", ""]


def env(kind: type[Environment]) -> Any:
    made: Any = kind(
        loader=DictLoader(SHEETS), autoescape=True, extensions=["jinja2.ext.i18n"], undefined=StrictUndefined
    )
    words = NullTranslations()
    made.install_gettext_callables(
        words.gettext, words.ngettext, newstyle=True, pgettext=words.pgettext, npgettext=words.npgettext
    )
    made.globals["site"] = "<चौपाल>"
    if kind is Templates:
        made.globals |= {"_": once(words.gettext), "gettext": once(words.gettext), "pgettext": once(words.pgettext)}
    return made


def drawn(made: Any, template: str, who: str) -> str:
    told = {"who": who, "mark": "'m'", "lines": LINES, "numbers": {"a": [1]}, "none": None}
    return made.get_template(template).render(told, ask=lambda n, by: n * by)


def test_a_page_is_drawn_as_jinja_draws_it():
    ours, theirs = env(Templates), env(Environment)
    for template in ("page", "frame"):
        for who in ("<asha>", "रवि"):  # parts of one page are not those of the next
            assert drawn(ours, template, who) == drawn(theirs, template, who) != ""


def test_what_a_page_has_not_been_told_is_still_an_error():
    for template in ("unknown", "unknown call", "unknown part"):
        with pytest.raises(UndefinedError):
            drawn(env(Templates), template, "asha")


def test_parts_are_made_once_for_a_page_whoever_imports_them(monkeypatch: pytest.MonkeyPatch):
    made, make = list[str | None](), Template.make_module
    monkeypatch.setattr(Template, "make_module", lambda self, *told: made.append(self.name) or make(self, *told))
    ours = env(Templates)
    for _ in range(2):
        drawn(ours, "page", "asha")
    assert made == ["parts", "plain", "inner", "parts", "inner"]


def test_what_is_overridden_is_still_there_in_jinja():
    """It is Jinja's own business and may go with any version: what stood in its place would do nothing, and pages be slow again."""
    for ours in (Templates, Templates.template_class, Templates.context_class):
        assert {name for name in vars(ours) if not name.startswith("__")} <= {*dir(ours.__base__)}
    assert "escape(" in env(Templates).compile("{{ x }}", raw=True), "the name under which its code finds what escapes"


async def test_a_page_is_compiled_with_all_that_it_is_made_of(monkeypatch: pytest.MonkeyPatch):
    made = Templates(loader=DictLoader(SHEETS), extensions=["jinja2.ext.i18n"], cache_size=-1)
    monkeypatch.setattr(pages, "environment", lambda _language, _native: made)
    monkeypatch.setattr(pages, "_loaded", set())
    await asyncio.to_thread(pages.load, "hi", False, "page")
    assert {name for _, name in made.cache} == {"page", "frame", "parts", "plain", "inner"}


async def test_the_first_page_is_not_compiled_by_the_loop(house: RunningHouse, monkeypatch: pytest.MonkeyPatch):
    loaded = list[int]()
    monkeypatch.setattr(pages, "_loaded", set())
    monkeypatch.setattr(pages, "load", lambda *_of: loaded.append(get_ident()))
    assert (await Inside(house.app, "http://127.0.0.1:8000").get("/about")).status_code == 200
    assert loaded and get_ident() not in loaded


def test_what_several_pages_are_made_of_is_parsed_once(monkeypatch: pytest.MonkeyPatch):
    """And for all languages: for each page anew it was four fifths of what the first one of each cost."""
    sheets = {
        "home": "{% extends 'base' %}",
        "post": "{% extends 'base' %}.",
        "base": "{% include 'foot' %}",
        "foot": "पाद",
    }
    parse, parsed = Templates.parse, list[str]()

    def noted(env: Templates, source: str) -> Any:
        parsed.append(source)
        return parse(env, source)

    monkeypatch.setattr(Templates, "parse", noted)
    monkeypatch.setattr(templating, "_named", {})
    for page in ("home", "post", "home", "post"):
        assert referred(Templates(loader=DictLoader(sheets)), page) == [page, "base", "foot"]
    assert sorted(parsed) == sorted(sheets.values())
