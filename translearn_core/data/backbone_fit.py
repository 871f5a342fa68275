"""Findings on how a backbone's tokenizer and languages fit the texts."""

from collections.abc import Mapping, Sequence

from translearn_core.config import BUNDLED, MULTILINGUAL
from translearn_core.data.dataset import TokenStatistics
from translearn_core.results import Finding, Severity
from translearn_core.results.diagnostics.transfer_matrix import UNREAD_SHARE
from translearn_core.results.findings import finding
from translearn_core.results.format import join_list, quote, rounded_percent

UNREAD_DOMAINS = "unknown-domains"
"""Code of the finding on domains whose texts a backbone cannot read."""
COVERAGE = "word-coverage"
"""Code of the finding on the words that have a vector."""
UNREAD = ("unknown-tokens", UNREAD_DOMAINS)
"""Codes of findings on texts that a backbone cannot read."""

PIECES_LIMIT = 2.5
"""Pieces per word above which the vocabulary hardly covers the language."""


def unknown_tokens_finding(statistics: TokenStatistics) -> list[Finding]:
    """Return findings on unknown tokens and on words cut into many pieces."""
    if statistics.whole_words:
        return [_coverage_finding(statistics)]
    findings = []
    share, model = statistics.unknown_share, statistics.backbone
    percent = rounded_percent(share)
    if share > UNREAD_SHARE:
        reads = " It reads Latin scripts only." if model == BUNDLED else ""
        sentence = f"{percent} of the tokens are unknown to {model}: it cannot read these texts.{reads}"
        advice = f"Choose a backbone that was trained on this language, for instance {MULTILINGUAL}."
        findings.append(finding("unknown-tokens", Severity.WARNING, sentence, advice=advice))
    elif share:
        sentence = (
            f"{rounded_percent(share)} of the tokens are unknown to {model} and become one and the same sign."
        )
        findings.append(finding("unknown-tokens", Severity.DETECTED, sentence))
    if statistics.pieces_per_word > PIECES_LIMIT:
        sentence = (
            f"{model} cuts a word into {statistics.pieces_per_word:.1f} pieces on average: it "
            "hardly knows this vocabulary."
        )
        advice = "Choose a backbone that was trained on this language or field."
        findings.append(finding("pieces-per-word", Severity.WARNING, sentence, advice=advice))
    elif statistics.pieces_per_word:
        sentence = f"{model} cuts a word into {statistics.pieces_per_word:.1f} pieces on average."
        findings.append(finding("pieces-per-word", Severity.DETECTED, sentence))
    return findings


def _coverage_finding(statistics: TokenStatistics) -> Finding:
    """Return the finding on the share of the words that have a vector."""
    covered = 1 - statistics.unknown_share
    share = rounded_percent(covered) if covered < 1 else "All"
    sentence = (
        f"{share} of the words and punctuation marks have a vector in {statistics.backbone}; words "
        "without one are left out."
    )
    if statistics.unknown_share <= UNREAD_SHARE:
        return finding(COVERAGE, Severity.DETECTED, sentence)
    advice = "Choose word vectors of this language or field, or train them on texts of it."
    return finding(COVERAGE, Severity.WARNING, sentence, advice=advice)


def unknown_domains_finding(shares: Mapping[str, float], model: str) -> list[Finding]:
    """Return the finding on domains that a backbone cannot read; `shares` are those of unknown tokens."""
    unread = {name: share for name, share in shares.items() if share > UNREAD_SHARE}
    if not unread or len(unread) == len(shares):  # of all domains the finding on all texts speaks
        return []
    listed = join_list([f"{rounded_percent(share)} of {quote(name)}" for name, share in unread.items()])
    sentence = f"Of the tokens of each domain, {listed} are unknown to {model}: it cannot read these texts."
    advice = f"Choose a backbone that was trained on these languages, for instance {MULTILINGUAL}."
    return [finding(UNREAD_DOMAINS, Severity.WARNING, sentence, advice=advice)]


def language_finding(language: str, share: float, model: str, reads: Sequence[str]) -> Finding:
    """Return the finding on the main language of the texts.

    Parameters
    ----------
    language : str
        Its name.
    share : float
        Share of the sampled passages in it.
    model : str
        Name of the backbone.
    reads : sequence of str
        Names of the languages that it was trained on; empty if unknown.
    """
    sentence = f"The texts are {language} ({rounded_percent(share)} of the passages sampled)."
    if not reads or language in reads:
        return finding("language", Severity.DETECTED, sentence)
    advice = (
        f"Choose a backbone that reads {language}: one for that language, or a multilingual one such as "
        f"{MULTILINGUAL}, which is bundled."
    )
    sentence += f" {model} was trained on {join_list(list(reads))}, so it transfers little to them."
    return finding("language", Severity.WARNING, sentence, advice=advice)


def languages_finding(
    shares: Mapping[str, float], sampled: int, model: str, reads: Sequence[str], column: str | None
) -> Finding:
    """Return the finding on texts of several languages.

    Parameters
    ----------
    shares : mapping
        Share of the texts by the name of their language, the most frequent first.
    sampled : int
        Number of texts that were read.
    model : str
        Name of the backbone.
    reads : sequence of str
        Names of the languages that it was trained on; empty if unknown.
    column : str or None
        Column that tells the languages apart, if there is one.
    """
    counts = join_list([f"{name} {rounded_percent(share)}" for name, share in shares.items()], 12)
    sentence = f"The texts are in several languages: {counts} of {sampled} texts sampled."
    code = "several-languages" if column is None else "languages-in-column"
    if column is not None:
        sentence += f" Column {quote(column)} tells them apart."
    if foreign := [name for name in shares if reads and name not in reads]:
        sentence += (
            f" {model} was trained on {join_list(list(reads))}, so it transfers little to "
            f"{join_list(foreign, 12)}."
        )
        advice = f"Choose a multilingual backbone such as {MULTILINGUAL}, which is bundled."
        return finding(code, Severity.WARNING, sentence, advice=advice)
    return finding(code, Severity.DETECTED if column else Severity.DECISION, sentence)
