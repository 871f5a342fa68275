"""Texts of documents in another language: ``_("…")`` and the filter ``t`` of their templates."""

from jinja2 import Environment

from translearn_core.translation.catalog import catalog
from translearn_core.translation.language import Language


def set_language(environment: Environment, language: Language) -> None:
    """Give templates their language.

    ``_("… {name} …", name=…)`` forms a text of the template itself, the filter ``t`` translates one that was
    formed elsewhere, ``word`` a single word, and ``language`` is the code for the attribute ``lang``.
    """
    messages = catalog(language)

    def form(text: str, **values: object) -> str:
        return (text if messages is None else messages.exact(text)).format(**values)

    environment.globals["_"] = form
    environment.globals["language"] = language.value
    environment.filters["t"] = str if messages is None else lambda text: messages.translate(str(text))
    environment.filters["word"] = str if messages is None else lambda text: messages.word(str(text))
