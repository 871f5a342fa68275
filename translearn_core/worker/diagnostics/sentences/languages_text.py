"""Sentences about the languages of a table's texts."""

from dataclasses import replace

from translearn_core.results.format import count_noun, join_list, percent
from translearn_core.results.text_languages import TextLanguages


def language_sentences(result: TextLanguages) -> TextLanguages:
    """Return the result with its sentences: which languages, how many guesses, and what stays empty."""
    sentences = (found(result), uncertain(result), empty(result))
    return replace(result, sentences=tuple(filter(None, sentences)))


def found(result: TextLanguages) -> str:
    """Return the sentence that names the languages with their shares."""
    languages = result.languages
    rows = count_noun(len(result.rows), "text")
    if languages.empty:
        return f"No language was identified in {rows}: too few of them hold enough words."
    shares = [
        f"{name} {percent(share)}" for name, share in zip(languages["name"], languages["share"], strict=True)
    ]
    if len(languages) == 1:
        return f"{rows}, in one language: {shares[0]}. There is nothing to compare between languages."
    return f"{rows} in {len(languages)} languages: {join_list(shares, 12)}."


def uncertain(result: TextLanguages) -> str:
    """Return the sentence that counts the guesses."""
    if not result.uncertain:
        return ""
    are = "is a guess" if result.uncertain == 1 else "are guesses"
    return (
        f"{count_noun(result.uncertain, 'text')} ({percent(result.uncertain / len(result.rows))}) {are}: too "
        "short, or written like several of these languages. Each has the likeliest of them; on sentences of "
        "six languages cut to 15 characters, three of four such guesses were right."
    )


def empty(result: TextLanguages) -> str:
    """Return the sentence on texts that get no language."""
    if result.languages.empty:
        return ""
    reasons = []
    if result.without_letters:
        reasons.append(f"{count_noun(result.without_letters, 'text')} without a letter")
    if others := sum(result.others.values()):
        names = join_list([f"{name} {number:,}" for name, number in result.others.items()])
        reasons.append(f"{count_noun(others, 'text')} in languages of too few texts ({names})")
    if not reasons:
        return ""
    return f"No language is given to {join_list(reasons)}: the cell stays empty, and domains leave them out."
