"""`translearn clusters` and `translearn next-rows` on a tiny backbone, and the labels taken back."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.architectures import tiny_folder
from tests.commands.terminals import Terminal, refused

WORDS = ("great lovely film", "parcel order bill")


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> tuple[object, ...]:
    folder: Path = tmp_path_factory.mktemp("texts")
    lines = [f"{WORDS[i % 2]} {i},{('film', 'mail')[i % 2] if i < 20 else ''}" for i in range(60)]
    (folder / "texts.csv").write_text("text,topic\n" + "\n".join(lines))
    tiny = tiny_folder("bert", folder / "tiny")
    return (folder / "texts.csv", "--text", "text", "--backbone", tiny)


def test_clusters_are_listed_and_written_beside_the_table(
    terminal: Terminal, texts: tuple[object, ...], tmp_path: Path
):
    out = tmp_path / "out.csv"
    options = ("--label", "topic", "--clusters", 2, "--layer", 1, "--out", out)
    done = terminal("clusters", *texts, *options, "--json")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert record["texts"] == 60
    assert len(record["clusters"]) == 2
    (agreement,) = record["agreements"]
    assert (agreement["column"], agreement["rows"]) == ("topic", 20)
    assert agreement["adjusted_rand"]["low"] <= agreement["adjusted_rand"]["value"]
    table = pd.read_csv(out)
    assert list(table) == ["text", "topic", "cluster", "cluster name", "distance"]
    assert table["cluster name"].value_counts().to_dict() == {
        one["name"]: one["rows"] for one in record["clusters"]
    }
    shown = terminal("clusters", *texts, *options)
    assert shown.returncode == 0, shown.stderr
    assert record["clusters"][0]["name"].split(",")[0] in shown.stdout
    numbers = {one["cluster"]: one["rows"] for one in record["clusters"]}
    assert table["cluster"].value_counts().to_dict() == numbers
    assert set(numbers) == {1, 2}, "counted as in names"
    trained = terminal("train", out, *texts[1:], "--label", "cluster name", "--json")
    assert trained.returncode == 0, trained.stderr


def test_further_texts_come_from_a_file_of_their_own(
    terminal: Terminal, texts: tuple[object, ...], tmp_path: Path
):
    more = tmp_path / "more.csv"
    more.write_text("text\n" + "\n".join(f"{WORDS[i % 2]} again {i}" for i in range(30)))
    out = tmp_path / "out.csv"
    done = terminal("clusters", *texts, "--unlabelled", more, "--clusters", 2, "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["texts"] == 90
    assert len(pd.read_csv(out)) == 90
    chosen = tmp_path / "rows.csv"
    known = ("--unlabelled", more, "--label", "topic", "--rows", 6, "--out", chosen, "--json")
    done = terminal("next-rows", *texts, *known)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["unlabelled"] == 70
    rows = pd.read_csv(chosen, dtype=str, keep_default_na=False)
    assert "unlabelled" in set(rows["part"])
    rows.assign(label="film").to_csv(chosen, index=False)
    fill = ("--label", "topic", "--fill", chosen, "--unlabelled", more, "--out", out, "--json")
    done = terminal("labels", *texts[:3], *fill)
    assert done.returncode == 0, done.stderr
    assert (pd.read_csv(out, dtype=str, keep_default_na=False)["topic"] != "").sum() == 26


def test_rows_are_chosen_labelled_and_taken_back(
    terminal: Terminal, texts: tuple[object, ...], tmp_path: Path
):
    out, filled = tmp_path / "rows.csv", tmp_path / "filled.csv"
    done = terminal("next-rows", *texts, "--label", "topic", "--rows", 6, "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert (record["method"], record["classes"]) == ("both", ["film", "mail"])
    assert 10 < record["labelled"] < 20  # training rows
    rows = pd.read_csv(out, dtype=str, keep_default_na=False)
    assert list(rows) == ["part", "row", "label", "text"]
    assert len(rows) == 6
    rows["label"] = ["mail" if "bill" in text else "film" for text in rows["text"]]
    rows.loc[0, "label"] = ""
    rows.to_csv(out, index=False)
    labels = ("labels", texts[0], "--text", "text", "--label", "topic")
    taken = terminal(*labels, "--fill", out, "--out", filled, "--json")
    assert taken.returncode == 0, taken.stderr
    table = pd.read_csv(filled, dtype=str, keep_default_na=False)
    assert (table["topic"] != "").sum() == 25
    new = terminal(*labels[:-1], "kind", "--fill", out, "--out", filled, "--json")
    assert new.returncode == 0, new.stderr
    assert (pd.read_csv(filled, dtype=str, keep_default_na=False)["kind"] != "").sum() == 5


def test_test_rows_stay_test_rows_when_labels_come_back(
    terminal: Terminal, texts: tuple[object, ...], tmp_path: Path
):
    file, rows = texts[0], tmp_path / "rows.csv"
    splits: list[dict[str, str]] = []
    for turn in range(3):
        out = tmp_path / f"turn{turn}.csv"
        known = ("--split", "split") if turn else ()
        chosen = terminal(
            "next-rows", file, *texts[1:], "--label", "topic", "--rows", 8, *known, "--out", rows
        )
        assert chosen.returncode == 0, chosen.stderr
        assert "Nothing of validation and test" in chosen.stdout
        frame = pd.read_csv(rows, dtype=str, keep_default_na=False)
        frame["label"] = ["mail" if "bill" in text else "film" for text in frame["text"]]
        frame.to_csv(rows, index=False)
        fill = ("--text", "text", "--label", "topic", "--fill", rows, "--split", "split", "--out", out)
        taken = terminal("labels", file, *fill)
        assert taken.returncode == 0, taken.stderr
        table = pd.read_csv(out, dtype=str, keep_default_na=False)
        splits.append(dict(zip(table["text"], table["split"], strict=True)))
        file = out
    held_out = [{t: s for t, s in one.items() if s in ("validation", "test")} for one in splits]
    assert held_out[0] == held_out[1] == held_out[2] != {}
    train = [sum(s == "train" for s in one.values()) for one in splits]
    assert np.diff(train).tolist() == [8, 8]


def test_languages_are_counted_and_written_as_a_column(terminal: Terminal, tmp_path: Path):
    file, out = tmp_path / "letters.csv", tmp_path / "out.csv"
    texts = ["How do I activate my new card?", "Wie kann ich meine neue Karte freischalten?"] * 30 + ["12"]
    file.write_text("text,topic\n" + "\n".join(f'"{text}",a' for text in texts))
    done = terminal("languages", file, "--text", "text", "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    record = json.loads(done.stdout)
    assert {one["language"]: one["texts"] for one in record["languages"]} == {"en": 30, "de": 30}
    assert record["without_letters"] == 1
    table = pd.read_csv(out, dtype=str, keep_default_na=False)
    assert table["language"].tolist() == ["en", "de"] * 30 + [""]
    assert list(table) == ["text", "topic", "language"]
    shown = terminal("languages", file, "--text", "text")
    assert "English" in shown.stdout
    again = refused(terminal("languages", out, "--text", "text", "--out", tmp_path / "o.csv"))
    assert "--column" in again


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("clusters", "--clusters", 1), "clusters"),
        (("clusters", "--layer", 99), "layer"),
        (("clusters", "--method", "hdbscan", "--clusters", 7), "hdbscan has no use"),
        (("clusters", "--smallest", 7), "kmeans has no use"),
        (("clusters", "--description=a=b", "--description=c=d", "--clusters", 2), "either --description"),
        (("clusters", "--template", "On {}."), "--description"),
        (("clusters", "--label", "kind"), "--label"),
        (("clusters", "--out", "clusters.docx"), "docx"),
        (("next-rows", "--rows", 0), "rows"),
        (("next-rows", "--label", "kind"), "--label"),
    ],
)
def test_what_is_no_clustering_or_choice_is_said(
    terminal: Terminal, texts: tuple[object, ...], words: tuple[object, ...], named: str
):
    command, *options = words
    assert named in " ".join(refused(terminal(command, *texts, *options, "--quiet")).split())


def test_tfidf_has_no_vectors_to_cluster(terminal: Terminal, texts: tuple[object, ...]):
    assert "TF-IDF" in refused(terminal("clusters", *texts[:-1], "tf-idf", "--quiet"))


def test_labels_of_another_table_are_refused(terminal: Terminal, texts: tuple[object, ...], tmp_path: Path):
    (tmp_path / "rows.csv").write_text("row,label,text\n3,film,something else\n")
    options = ("--text", "text", "--label", "topic", "--fill", tmp_path / "rows.csv", "--quiet")
    assert "another table" in refused(terminal("labels", texts[0], *options))
