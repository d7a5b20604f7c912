"""Jinja as our pages use it: what stays the same through a page, or for good, is worked out once. It was a third of each page."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from jinja2 import Environment, Template
from jinja2.environment import TemplateModule
from jinja2.meta import find_referenced_templates
from jinja2.runtime import Context
from markupsafe import Markup, escape

PARTS = "parts of a page"  # under which a page carries them: no name of a template
SENTENCES = 5_000  # words of pages in one language


# Source of a template -> names in it: what nearly every page is made of was parsed for each page, in each language.
_named: dict[str, list[str]] = {}


def referred(environment: Environment, template: str) -> list[str]:
    """Names of a template and of all that it extends, includes or imports, and these in turn."""
    found = [template]
    for name in found:
        source = environment.loader.get_source(environment, name)[0] if environment.loader else ""
        if source not in _named:
            others = dict.fromkeys(find_referenced_templates(environment.parse(source)))
            _named[source] = [other for other in others if other]
        found += [other for other in _named[source] if other not in found]
    return found


class Parts(dict[str | None, TemplateModule]):
    """Macros that a page imports `with context`, by the template in which they stand: made once, whoever imports them there.

    They see what the page was told, and nothing that a template sets.
    """

    def __init__(self, told: dict[str, Any]) -> None:
        super().__init__()
        self.told = told


def _escaped(value: Any) -> Any:
    """As Jinja's own, which copies what is markup already, at each macro and block that it goes through."""
    return value if type(value) is Markup else escape(value)


class _Sheet(Template):
    @classmethod
    def _from_namespace(cls, environment: Environment, namespace: Any, globals: Any) -> Template:
        namespace["escape"] = _escaped
        return super()._from_namespace(environment, namespace, globals)

    def render(self, *args: Any, **named: Any) -> str:
        told: dict[str, Any] = dict(*args, **named)
        told[PARTS] = Parts(told)
        return super().render(told)

    def make_module(
        self, vars: dict[str, Any] | None = None, shared: bool = False, locals: Any = None
    ) -> TemplateModule:
        parts = vars.get(PARTS) if vars else None
        if not isinstance(parts, Parts):
            return super().make_module(vars, shared, locals)
        if self.name not in parts:
            parts[self.name] = super().make_module(parts.told)
        return parts[self.name]

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        """What is imported without the page's names: no template has any that another has not, so that none are looked for."""
        return super()._get_default_module()


class _Names(Context):
    def call(
        self, obj: Callable[..., Any], /, *args: Any, _loop_vars: Any = None, _block_vars: Any = None, **named: Any
    ) -> Any:
        """What asks for the page says so by a mark; nothing else is looked at for it, as it was twice for each call."""
        if getattr(obj, "jinja_pass_arg", None) is None:
            return obj(*args, **named)
        return super().call(obj, *args, _loop_vars=_loop_vars, _block_vars=_block_vars, **named)


class Templates(Environment):
    """In one language."""

    template_class = _Sheet
    context_class = _Names

    def make_globals(self, d: Any) -> Any:
        """One dictionary for all templates, which add none of their own: at each import a chain of two was gone through."""
        return super().make_globals(d) if d else self.globals


def once(say: Callable[..., str]) -> Callable[..., Markup]:
    """What says words of the catalogues, as Jinja's own does (a per cent sign is doubled), but without asking for the page.

    Words with no names in them are made once.
    """

    @lru_cache(SENTENCES)
    def alone(*words: str) -> Markup:
        return Markup(say(*words)) % {}  # noqa: S704 - our own catalogues

    def said(*words: str, **names: Any) -> Markup:
        return Markup(say(*words)) % names if names else alone(*words)  # noqa: S704 - the same

    return said
