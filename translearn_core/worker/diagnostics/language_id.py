"""Which language a text is in, guessed from its letters, without a network."""

from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from py3langid.langid import MODEL_FILE, LanguageIdentifier

FEWEST = 20
"""Texts of a language below this are not spoken of by its name."""
OTHERS, UNSURE = "other languages", "cannot be told"
SURE = 0.5
"""A guess less sure than this is none; of 2,900 English texts guessed more surely 1 was wrong."""
EVERY = 200
"""Texts between two reports."""

_NAMES = (
    "af:Afrikaans am:Amharic ar:Arabic az:Azerbaijani be:Belarusian bg:Bulgarian bn:Bengali br:Breton "
    "bs:Bosnian ca:Catalan cs:Czech cy:Welsh da:Danish de:German el:Greek en:English eo:Esperanto "
    "es:Spanish et:Estonian eu:Basque fa:Persian fi:Finnish fr:French fy:Frisian ga:Irish gl:Galician "
    "gu:Gujarati ha:Hausa he:Hebrew hi:Hindi hr:Croatian hu:Hungarian hy:Armenian id:Indonesian ig:Igbo "
    "is:Icelandic it:Italian ja:Japanese jv:Javanese ka:Georgian kk:Kazakh km:Khmer kn:Kannada ko:Korean "
    "ku:Kurdish ky:Kyrgyz la:Latin lb:Luxembourgish lo:Lao lt:Lithuanian lv:Latvian mg:Malagasy "
    "mk:Macedonian ml:Malayalam mn:Mongolian mr:Marathi ms:Malay mt:Maltese my:Burmese ne:Nepali nl:Dutch "
    "nn:Nynorsk no:Norwegian oc:Occitan pa:Punjabi pl:Polish ps:Pashto pt:Portuguese ro:Romanian "
    "ru:Russian si:Sinhala sk:Slovak sl:Slovenian so:Somali sq:Albanian sr:Serbian sv:Swedish sw:Swahili "
    "ta:Tamil te:Telugu tg:Tajik th:Thai tl:Tagalog tr:Turkish tt:Tatar ug:Uyghur uk:Ukrainian ur:Urdu "
    "uz:Uzbek vi:Vietnamese xh:Xhosa yo:Yoruba zh:Chinese zu:Zulu"
)
NAMES = dict(pair.split(":") for pair in _NAMES.split())
"""Languages by their code; others go by the code."""


def languages(
    texts: Sequence[str], progress: Callable[[int, int], None] | None = None
) -> NDArray[np.str_] | None:
    """Name each text's language, shape (texts,); None if all that can be told are of one.

    Short texts give little to go by: where the guess is not sure, the language "cannot be told". Languages
    with fewer than 20 texts are "other languages".

    Parameters
    ----------
    texts : sequence of str
    progress : callable, optional
        Called with how many are done, and of how many.

    References
    ----------
    Lui & Baldwin 2012 (ACL demonstrations), langid.py; Barbaresi's py3langid.
    """
    guess, codes = _identifier(), []
    for k, text in enumerate(texts):
        if progress is not None and k % EVERY == 0:
            progress(k, len(texts))
        code, sure = guess.classify(text)
        codes.append(NAMES.get(code, code) if sure >= SURE and code != "zxx" else UNSURE)
    found, which, counts = np.unique(
        np.asarray(codes, dtype=object).astype(str), return_inverse=True, return_counts=True
    )
    few = (counts < FEWEST) & (found != UNSURE)
    found = np.where(few, OTHERS, found)
    names: NDArray[np.str_] = found[which]
    told = set(found.tolist()) - {UNSURE}
    if len(told) < 2 or (len(told) == 2 and 0 < counts[few].sum() < FEWEST):
        return None
    return names


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
