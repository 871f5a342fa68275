"""CoNLL files are read as tables of tokens."""

import pandas as pd

from translearn_core.data.files.formats.conll import conll_bytes, read_conll

COLUMNS = "The\tO\nBank\tB-ORG\nof\tI-ORG\nSpain\tI-ORG\n\nIt\tO\nis\tO\nold\tO\n.\tO\n"
CONLL_2003 = (
    "-DOCSTART- -X- -X- O\n\nEU NNP B-NP B-ORG\nrejects VBZ B-VP O\n. . O O\n\nPeter NNP B-NP B-PER\n\n"
)
UNIVERSAL = """# newdoc
# sent_id = 1
# text = Can't stop
1-2\tCan't\t_\t_\t_\t_\t_\t_\t_\t_
1\tCa\tcan\tAUX\tMD\t_\t3\taux\t_\t_
2\tn't\tnot\tPART\tRB\t_\t3\tadvmod\t_\t_
3\tstop\tstop\tVERB\tVB\t_\t0\troot\t_\t_

# sent_id = 2
# text = # 1
1\t#\t#\tSYM\tNN\t_\t0\troot\t_\t_
2\t1\t1\tNUM\tCD\t_\t1\tnummod\t_\t_
"""


def test_two_columns_are_token_and_tag() -> None:
    table = read_conll(COLUMNS, "The file", 100)
    assert table is not None
    assert table.names == ["sentence_id", "token", "tag"]
    assert table.rows[1] == ["1", "Bank", "B-ORG"]
    assert [row[0] for row in table.rows] == ["1"] * 4 + ["2"] * 4
    assert table.lines[4] == 6


def test_columns_between_token_and_tag_have_numbers_and_documents_begin_no_sentence() -> None:
    table = read_conll(CONLL_2003, "The file", 100)
    assert table is not None
    assert table.names == ["sentence_id", "token", "column 2", "column 3", "tag"]
    assert [row[0] for row in table.rows] == ["1", "1", "1", "2"]


def test_universal_dependencies_have_their_names_and_words_only() -> None:
    table = read_conll(UNIVERSAL, "The file", 100)
    assert table is not None
    assert table.names is not None
    assert table.names[:4] == ["sentence_id", "token", "lemma", "upos"]
    assert [row[1] for row in table.rows] == ["Ca", "n't", "stop", "#", "1"]
    assert [row[0] for row in table.rows] == ["1", "1", "1", "2", "2"]
    assert "1 multiword token or empty node" in table.findings[0].sentence


def test_other_tables_are_not_read_so() -> None:
    for text in (
        "text\tlabel\na good film\t1\nbad\t0\n\nfine\t1\n",
        "The O\nBank ORG\n",  # one sentence
        "a,b\n1,2\n\n3,4\n",
        "one two three\nfour\n\nfive six\n",
        "",
        "\n\n",
    ):
        assert read_conll(text, "The file", 100) is None


def test_words_with_predictions_are_written_as_conll_and_read_again() -> None:
    table = pd.DataFrame(
        {"sentence_id": ["1", None, "1", "2"], "token": ["The", "Bank of", None, "It"]}
        | {"tag": ["O", "B-ORG", None, "O"], "predicted": ["O", "B-PER", None, "O"]}
    )
    text = conll_bytes(table, "sentence_id", "predicted").decode()
    assert text == "The\tO\tO\nBank\u00a0of\tB-ORG\tB-PER\n\nIt\tO\tO\n\n"
    again = read_conll(text, "The file", 100)
    assert again is not None
    assert again.rows == [
        ["1", "The", "O", "O"], ["1", "Bank\u00a0of", "B-ORG", "B-PER"], ["2", "It", "O", "O"]
    ]  # fmt: skip
