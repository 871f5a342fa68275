"""Languages of the interface: catalogs of messages, and the translation of finished English text.

Sentences are formed in English, in one place each, and may be stored in results. They are translated where
they are shown: `translate` finds the message that a text was formed from, also one with placeholders.
"""

from translearn_core.translation.catalog import Catalog, catalog
from translearn_core.translation.documents import set_language
from translearn_core.translation.language import Language

__all__ = ["Catalog", "Language", "catalog", "set_language"]
