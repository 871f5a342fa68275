"""Languages that the interface is shown in."""

from enum import StrEnum
from typing import Self


class Language(StrEnum):
    """A language by its code (ISO 639-1)."""

    ENGLISH = "en"
    CHINESE = "zh"
    PSEUDO = "qps"
    """Pseudo-translated English, for browsers of the locale ``qps-ploc``; not offered."""

    @classmethod
    def offered(cls) -> tuple[Self, ...]:
        """Return the languages to choose from."""
        return tuple(language for language in cls if language is not cls.PSEUDO)

    @property
    def native(self) -> str:
        """Its name in itself."""
        return {Language.ENGLISH: "English", Language.CHINESE: "中文", Language.PSEUDO: "Pseudo"}[self]

    @classmethod
    def of_locale(cls, locale: str | None) -> Self:
        """Return the language of a browser's locale such as ``zh-CN``; English if it is not offered."""
        code = (locale or "").replace("_", "-").split("-")[0].lower()
        return cls(code) if code in {one.value for one in cls} else cls("en")
