"""Language identification of texts, offline."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from py3langid.langid import MODEL_FILE, LanguageIdentifier

MIN_TEXTS = 20
"""Languages with fewer texts are grouped as "other languages"."""
OTHERS, UNSURE = "other languages", "cannot be told"
MIN_CONFIDENCE = 0.5
"""Below this a language counts as unknown; of 2,900 English texts above it, 1 was wrong."""
SURE = 0.8
"""Confidence from which a passage counts for the main language."""
MAIN_SHARE = 0.6
"""Share of the passages from which a language is the main one."""
PASSAGES, PASSAGE_CHARACTERS = 40, 400
"""Number and length of the passages joined from texts: short texts alone are often mistaken."""
REPORT_EVERY = 200
"""Texts between two progress reports."""

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
"""Language names by ISO 639-1 code."""


def identify_languages(
    texts: Sequence[str], progress: Callable[[int, int], None] | None = None
) -> NDArray[np.str_] | None:
    """Identify each text's language, shape (texts,); None if only one language was identified.

    Uncertain guesses, often of short texts, are "cannot be told". Languages with fewer than 20 texts are
    "other languages".

    Parameters
    ----------
    texts : sequence of str
    progress : callable, optional
        Called with the number of texts done and in all.

    References
    ----------
    Lui & Baldwin 2012 (ACL demonstrations), langid.py; Barbaresi's py3langid.
    """
    identifier, languages = _identifier(), []
    for k, text in enumerate(texts):
        if progress is not None and k % REPORT_EVERY == 0:
            progress(k, len(texts))
        code, confidence = identifier.classify(text)
        languages.append(NAMES.get(code, code) if confidence >= MIN_CONFIDENCE and code != "zxx" else UNSURE)
    names, which, counts = np.unique(
        np.asarray(languages, dtype=object).astype(str), return_inverse=True, return_counts=True
    )
    rare = (counts < MIN_TEXTS) & (names != UNSURE)
    names = np.where(rare, OTHERS, names)
    identified = set(names.tolist()) - {UNSURE}
    if len(identified) < 2 or (len(identified) == 2 and 0 < counts[rare].sum() < MIN_TEXTS):
        return None
    of_texts: NDArray[np.str_] = names[which]
    return of_texts


def main_language(texts: Sequence[str], seed: int = 0) -> tuple[str, float] | None:
    """Return the ISO 639-1 code of the language of most texts, and its share of passages of joined texts.

    None if there is none, or it cannot be told, as in a few words, codes or numbers.

    Parameters
    ----------
    texts : sequence of str
    seed : int
        Of the sample.
    """
    order = np.random.default_rng(seed).permutation(len(texts))
    passages = [""]
    for index in order:
        if len(passages[-1]) >= PASSAGE_CHARACTERS:
            if len(passages) == PASSAGES:
                break
            passages.append("")
        passages[-1] += f" {texts[index][:PASSAGE_CHARACTERS]}"
    guesses = [
        _identifier().classify(passage) for passage in passages if len(passage) >= PASSAGE_CHARACTERS / 4
    ]
    codes = [code for code, confidence in guesses if confidence >= SURE and code in NAMES]
    if not codes:
        return None
    code, count = Counter(codes).most_common(1)[0]
    share = count / len(guesses)
    return (code, share) if share >= MAIN_SHARE else None


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
