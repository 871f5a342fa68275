"""CoNLL files, with a token per line and a blank line after each sentence, as tables of tokens."""

import re
from collections.abc import Iterator
from itertools import islice

from translearn_core.config import TableKind
from translearn_core.data.files.delimited_rows import too_many_rows
from translearn_core.data.files.line_ends import lines_of
from translearn_core.data.files.raw_table import RawTable
from translearn_core.results import Severity
from translearn_core.results.findings import finding
from translearn_core.results.format import count_noun, join_list, quote, was_or_were

SENTENCE, TOKEN, TAG = "sentence_id", "token", "tag"
SAMPLE_LINES = 5_000
TAGS = re.compile(r"O|[BIESLU]-\S+|[A-Z][A-Z$.,:'`_-]*|[^\w\s]+")
"""Tags of entities, of parts of speech, and of punctuation."""
TAG_SHARE = 0.95
"""Share of the sampled lines that end in a tag."""
UNIVERSAL = ("form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc")
"""Columns of CoNLL-U after the token's number."""
COMMENT, DOCUMENT = "#", "-DOCSTART-"


def read_conll(text: str, name: str, max_rows: int) -> RawTable | None:
    """Parse a CoNLL file; return None if the text is none.

    Lines are split at tabs, or at blanks if they have none. Comments of CoNLL-U, its multiword tokens and
    empty nodes, and lines that begin a document are left out.

    References
    ----------
    Tjong Kim Sang & De Meulder 2003, arXiv:cs/0306050. CoNLL-U: universaldependencies.org/format.html.
    """
    sample = list(islice(_sentences(text), SAMPLE_LINES))
    widths = {len(fields) for _, _, fields in sample}
    if len(widths) != 1 or (width := widths.pop()) < 2 or sample[-1][0] < 2:
        return None
    universal = width == len(UNIVERSAL) + 1 and all(fields[0][:1].isdigit() for _, _, fields in sample)
    last = UNIVERSAL.index("upos") + 1 if universal else -1
    tags = [fields[last] for _, _, fields in sample if not universal or fields[0].isdecimal()]
    if sum(TAGS.fullmatch(tag) is not None for tag in tags) < TAG_SHARE * max(1, len(tags)):
        return None
    rows, lines, left_out = [], [], 0
    for sentence, number, fields in _sentences(text):
        if len(fields) != width:
            return None
        if universal and not fields[0].isdecimal():
            left_out += 1
            continue
        rows.append([str(sentence), *fields[universal:]])
        lines.append(number)
        if len(rows) > max_rows:
            raise too_many_rows(name, max_rows)
    names = [SENTENCE, *_names(width, universal)]
    description = (
        f"A token per line and {count_noun(int(rows[-1][0]), 'sentence')}: read as CoNLL, with the columns "
        f"{join_list([quote(column) for column in names], 12)}."
    )
    if left_out:
        nodes = count_noun(left_out, "multiword token or empty node", "multiword tokens or empty nodes")
        description += f" {nodes} {was_or_were(left_out)} left out."
    findings = [finding("delimiter", Severity.DETECTED, description)]
    return RawTable(TableKind.TSV, rows, lines, names=names, findings=findings)


def _names(width: int, universal: bool) -> list[str]:
    if universal:
        return [TOKEN, *UNIVERSAL[1:]]
    return [TOKEN, *(f"column {k + 1}" for k in range(1, width - 1)), TAG]


def _sentences(text: str) -> Iterator[tuple[int, int, list[str]]]:
    """Yield the number of the sentence, from 1, the number of the line and its fields, for each token."""
    sentence, inside = 0, False
    for number, line in enumerate(lines_of(text), 1):
        stripped = line.lstrip("\ufeff").rstrip()
        fields = stripped.split("\t") if "\t" in stripped else stripped.split()
        if not fields or fields[0] == DOCUMENT:
            inside = False
        elif inside or not _is_comment(stripped, fields):
            sentence += not inside
            inside = True
            yield sentence, number, fields


def _is_comment(line: str, fields: list[str]) -> bool:
    """Whether a line before a sentence is a comment, and not the token # with its tag."""
    return line.startswith(COMMENT) and "\t" not in line and (len(fields) != 2 or fields[1].islower())
