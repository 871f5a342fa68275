"""Code page detection.

chardet scores every code page by the byte pairs of its languages. Two corrections follow: code pages under
which words mix scripts, or have symbols or capitals inside, lose in proportion; more common code pages get a
small bonus, which decides where the text has too little evidence.
"""

import codecs
import re
from dataclasses import dataclass

import chardet

BOMS = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8 with a byte-order mark"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)

NO_TEXT_CODECS = {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "utf-7", "undefined", "charmap"}
"""Python codecs that decode to text but are no file encodings."""

CODECS = {
    "utf-8": "UTF-8",
    "cp1252": "Windows-1252 (Western European)",
    "cp1250": "Windows-1250 (Central European)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "cp1253": "Windows-1253 (Greek)",
    "cp1254": "Windows-1254 (Turkish)",
    "cp1255": "Windows-1255 (Hebrew)",
    "cp1256": "Windows-1256 (Arabic)",
    "cp1257": "Windows-1257 (Baltic)",
    "cp1258": "Windows-1258 (Vietnamese)",
    "cp874": "Windows-874 (Thai)",
    "cp932": "Shift JIS (Japanese)",
    "euc_jp": "EUC-JP (Japanese)",
    "iso2022_jp": "ISO-2022-JP (Japanese)",
    "cp949": "Windows-949 (Korean)",
    "gb18030": "GB18030 (Chinese)",
    "cp950": "Big5 (traditional Chinese)",
    "utf-16-le": "UTF-16 (little-endian)",
    "utf-16-be": "UTF-16 (big-endian)",
    "iso8859-15": "ISO-8859-15 (Western European)",
    "iso8859-2": "ISO-8859-2 (Central European)",
    "iso8859-5": "ISO-8859-5 (Cyrillic)",
    "iso8859-6": "ISO-8859-6 (Arabic)",
    "iso8859-7": "ISO-8859-7 (Greek)",
    "iso8859-13": "ISO-8859-13 (Baltic)",
    "koi8-r": "KOI8-R (Russian)",
    "koi8-u": "KOI8-U (Ukrainian)",
    "cp850": "DOS 850 (Western European)",
    "cp858": "DOS 858 (Western European with €)",
    "cp437": "DOS 437 (United States)",
    "cp852": "DOS 852 (Central European)",
    "cp866": "DOS 866 (Cyrillic)",
    "cp855": "DOS 855 (Cyrillic)",
    "cp1125": "DOS 1125 (Ukrainian)",
    "cp857": "DOS 857 (Turkish)",
    "cp737": "DOS 737 (Greek)",
    "cp775": "DOS 775 (Baltic)",
    "cp862": "DOS 862 (Hebrew)",
    "cp720": "DOS 720 (Arabic)",
    "cp860": "DOS 860 (Portuguese)",
    "cp865": "DOS 865 (Nordic)",
    "mac-roman": "Mac Roman (Western European)",
    "mac-latin2": "Mac Latin 2 (Central European)",
    "mac-cyrillic": "Mac Cyrillic",
    "mac-greek": "Mac Greek",
    "mac-turkish": "Mac Turkish",
}
"""Supported encodings, the most common first: Python's name and the display name."""

RECOGNISED_OTHERWISE = {"utf-8", "utf-16-le", "utf-16-be", "iso2022_jp"}
LIBRARY_NAMES = {"euc_jp": "euc_jis_2004", "cp950": "big5hkscs"}
"""chardet's names that differ from the codec used."""

PLAIN_BYTES = bytes(
    32 if byte == ord("<") or (byte < 32 and byte not in b"\t\n\r") else byte for byte in range(256)
)
"""Translation that removes what chardet trusts more than letters: file signatures and charset tags."""
MOST_BROKEN = 0.03
"""Most broken characters per non-ASCII character under the right code page."""
PREFERENCE = 0.006
"""Bonus of the most common code page over the rarest, on chardet's scale of 0 to 1."""
WESTERN = 0.05
"""Additional bonus of Windows-1252 in texts with hardly any non-ASCII character."""
MOST_SCORED = 12

_LETTERS = "A-Za-zÀ-ÖØ-öø-ɏ"
_FOREIGN = "Ͱ-ϿЀ-ӿ֐-ۿ฀-๿"
IMPLAUSIBLE = re.compile(
    # controls, box drawing, mathematics, accents alone
    "[\x80-\x9f\u2500-\u25ff\u2200-\u22ff\ue000-\uf8ff�¤¦¨¬¯¸]"
    f"|[{_LETTERS}][{_FOREIGN}]|[{_FOREIGN}][{_LETTERS}]"  # two scripts in a word
    f"|(?<=[{_LETTERS}])[¡¢£¥§©«±µ¶»¿ªº¹²³×÷†‡™“”‘](?=[{_LETTERS}])"  # signs in a word
    # signs at the end or the beginning of a word
    f"|(?<=[{_LETTERS}])[‚„‰ˆƒ•]|[¼½¾](?=[{_LETTERS}])|[œŁ](?=[0-9])|[€‰†‡](?=[{_FOREIGN}])"
    "|(?<=[a-z])[ｦ-ﾟ\u3041-\u9fff가-힣](?=[a-z])"  # East Asian characters alone in a word
    "|[Â-ß][€‚ƒ„…†‡ˆ‰‹‘’“”•–—˜™š›œ\xa0-¿]|â€"  # UTF-8 read as something else
)
"""Sequences that are rare in running text; of fixed length, so that a search takes linear time."""
_CAPITALS = "".join(c for c in map(chr, range(0xC0, 0x530)) if c.isupper())
CAPITAL_INSIDE = re.compile(f"(?<=[a-zß-öø-ÿа-яα-ω])[A-Z{_CAPITALS}]")
ACCENTS_ONLY = re.compile(f"(?<![{_LETTERS}])[À-ÖØ-öø-ɏ]{{2,8}}(?![{_LETTERS}])")
"""Words of accented Latin letters only, which are rare in any language."""
ICELANDIC = re.compile("[ÞþÐð]")
ABOVE_ASCII = re.compile(rb"[\x80-\xff]")
WORD = re.compile(r"[^\s,;|\"]+")
ASCII_TRAIL = {
    "cp949": re.compile(rb"[\x81-\xfe][A-Za-z]"),
    "gb18030": re.compile(rb"[\x81-\xfe][@-~]"),
}
"""Characters whose last byte is an ASCII letter: extensions of these code pages, rare in texts."""


@dataclass(frozen=True)
class Candidate:
    """Possible code page of a text: Python's name, its score, and the decoded text.

    The score includes half of the bonus that is used for ranking, so that doubt stays visible.
    """

    codec: str
    score: float
    text: str


def candidates(sample: bytes) -> list[Candidate]:
    """Rank the code pages that fit `sample`, the best first, each with a different text.

    A few broken bytes exclude no code page: it is scored without them.
    """
    texts = {codec: sample.decode(codec, "replace") for codec in CODECS if codec not in RECOGNISED_OTHERWISE}
    broken = {codec: text.count("�") for codec, text in texts.items()}
    scores = _scores(sample, [codec for codec in texts if not broken[codec]])
    for codec, count in broken.items():
        share = count / max(count_non_ascii(texts[codec]), 1)
        if count == 1 or 0 < share <= MOST_BROKEN:
            whole = texts[codec].replace("�", " ").encode(codec, "ignore")
            scores |= {c: score * (1 - min(1, 5 * share)) for c, score in _scores(whole, [codec]).items()}
    bonus = {codec: PREFERENCE * (1 - rank / len(texts)) for rank, codec in enumerate(texts)}
    bonus["cp1252"] += WESTERN / (1 + len(ABOVE_ASCII.findall(sample)) / 3)
    likely = sorted(scores, key=lambda codec: scores[codec] + bonus[codec], reverse=True)[:MOST_SCORED]
    ratings: dict[str, tuple[float, float]] = {}
    for codec in likely:
        plausibility = (1 - _implausibility(texts[codec])) ** 2
        if (rare := ASCII_TRAIL.get(codec)) is not None:
            share = len(rare.findall(sample)) / max(count_non_ascii(texts[codec]), 1)
            plausibility *= 1 - 0.5 * min(1.0, share)
        ranked, score = scores[codec] + bonus[codec], scores[codec] + bonus[codec] / 2
        rating = (ranked * plausibility, score * plausibility)
        ratings[texts[codec]] = max(ratings.get(texts[codec], (0.0, 0.0)), rating)
    commonest = {texts[codec]: codec for codec in sorted(likely, key=bonus.__getitem__)}
    return [
        Candidate(commonest[text], ratings[text][1], text)
        for text in sorted(ratings, key=ratings.__getitem__, reverse=True)
    ]


def count_non_ascii(text: str) -> int:
    """Count the non-ASCII characters."""
    return len(text) - len(text.encode("ascii", "ignore"))


def difference(text: str, other: str) -> float:
    """Return the share of the non-ASCII characters that differ in `other`, 0 to 1."""
    if len(text) != len(other):
        return 1.0
    return sum(map(str.__ne__, text, other)) / max(count_non_ascii(text), 1)


def doubtful_words(text: str, other: str = "", most: int = 8) -> tuple[str, ...]:
    """Return non-ASCII words that look wrong or, if another text is given, that it lacks."""
    elsewhere = set(WORD.findall(other))
    words: dict[str, None] = {}
    for match in WORD.finditer(text):
        word = match.group()
        if not word.isascii() and (word not in elsewhere if other else IMPLAUSIBLE.search(word)):
            words[word[:40]] = None
            if len(words) == most:
                break
    return tuple(words)


def _scores(sample: bytes, names: list[str]) -> dict[str, float]:
    codec_of = {LIBRARY_NAMES.get(name, name): name for name in names}
    if not codec_of:
        return {}
    detected = chardet.detect_all(
        b"\n\n" + sample.translate(PLAIN_BYTES),
        ignore_threshold=True,
        compat_names=False,
        include_encodings=codec_of,
        no_match_encoding=next(iter(codec_of)),
    )
    return {codec_of[d["encoding"]]: d["confidence"] for d in detected if d["encoding"] in codec_of}


def _implausibility(text: str) -> float:
    """Return the share of the non-ASCII characters that are rare in running text."""
    odd: float = len(IMPLAUSIBLE.findall(text)) + len(CAPITAL_INSIDE.findall(text))
    odd += 0.1 * len(ICELANDIC.findall(text))
    odd += 0.5 * sum(map(len, ACCENTS_ONLY.findall(text)))
    return min(1.0, odd / max(count_non_ascii(text), 1))
