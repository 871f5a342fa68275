"""Tags of words: schemes of entities, metrics against scikit-learn and seqeval, sentences kept whole."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from seqeval.metrics import f1_score as entity_f1_score
from seqeval.metrics import precision_score, recall_score
from sklearn.metrics import accuracy_score, f1_score

from translearn_core.config import DataConfig, ProblemType, SplitConfig, TargetConfig
from translearn_core.config.text_cells import Word
from translearn_core.data import PART, ROW, prepare
from translearn_core.data.columns import profile, suggest_columns
from translearn_core.data.tokens.sentences import sentence_columns
from translearn_core.errors import DataError
from translearn_core.results.interval_estimate import wilson
from translearn_core.tasks import PROBLEMS, Target
from translearn_core.tasks.tokens.tags import are_entity_tags, sentence_numbers, to_iob2

TOKENS = PROBLEMS[ProblemType.TOKENS]
TAGS = ("B-LOC", "B-PER", "I-LOC", "I-PER", "O")


def table(sentences: list[list[tuple[str, str]]], part: str = "train") -> pd.DataFrame:
    rows = [(str(k), word, tag) for k, sentence in enumerate(sentences) for word, tag in sentence]
    frame = pd.DataFrame(rows, columns=["sent", "word", "tag"], dtype=object)
    return frame.assign(**{ROW: np.arange(1, len(frame) + 1), PART: part})


def words_config(**changes: object) -> DataConfig:
    target = TargetConfig(column="tag", problem=ProblemType.TOKENS)
    return DataConfig(dataset="d", text="word", sentence="sent", targets=(target,), **changes)


def sample(n: int = 90, seed: int = 0) -> list[list[tuple[str, str]]]:
    random = np.random.default_rng(seed)
    nouns, verbs = ["cat", "dog", "tree", "house"], ["sees", "likes", "paints"]
    sentences = []
    for k in range(n):
        noun, other = random.choice(nouns, 2)
        verb = random.choice(verbs)
        sentences.append([("the", "D"), (noun, "N"), (verb, "V"), ("a", "D"), (other, "N"), (f"x{k}", "N")])
    return sentences


def entities(people: int, places: int, outside: int) -> Target:
    names = np.repeat(["B-PER", "B-LOC", "O"], [people, places, outside])
    values = np.searchsorted(TAGS, names)
    return Target("tag", ProblemType.TOKENS, TAGS, values)


def test_most_words_outside_of_entities_are_no_reason_to_weigh_classes() -> None:
    even, uneven = entities(9, 9, 900), entities(40, 9, 900)
    train = np.zeros(1_000, dtype=np.int64)
    assert TOKENS.findings(even, train[: len(even.values)]) == []
    (finding,) = TOKENS.findings(uneven, train[: len(uneven.values)])
    assert finding.code == "unbalanced-entities"
    assert "'PER' has 40 entities in train, 'LOC' 9, 4.4 times fewer" in finding.sentence
    assert "weight" not in f"{finding.advice}"


def test_token_accuracy_of_entities_is_compared_with_finding_none() -> None:
    counts = pd.DataFrame({"label": TAGS, "train": 5, "validation": 5, "test": [5, 5, 5, 5, 180]})
    (caveat,) = TOKENS.caveats(counts)
    assert caveat.startswith("90.0 % of the test words are outside")
    assert TOKENS.caveats(counts.assign(test=5)) == []


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("I-PER I-PER O I-LOC", "B-PER I-PER O B-LOC"),
        ("I-PER B-PER I-PER I-LOC", "B-PER B-PER I-PER B-LOC"),
        ("B-PER E-PER S-LOC O", "B-PER I-PER B-LOC O"),
        ("B-PER L-PER U-LOC I-LOC", "B-PER I-PER B-LOC B-LOC"),
        ("B-PER I-PER O O", "B-PER I-PER O O"),
    ],
)
def test_schemes_are_read_as_iob2(tags: str, expected: str) -> None:
    assert to_iob2(tags.split(), np.zeros(4, dtype=np.int64)) == expected.split()


def test_an_entity_ends_with_its_sentence() -> None:
    assert to_iob2(["I-PER", "I-PER"], np.array([0, 1])) == ["B-PER", "B-PER"]


@given(st.lists(st.lists(st.sampled_from(TAGS), min_size=1, max_size=8), min_size=1, max_size=6))
def test_iob2_stays_as_it_is_and_every_entity_begins_with_b(sentences: list[list[str]]) -> None:
    number = np.repeat(np.arange(len(sentences)), [len(s) for s in sentences])
    once = to_iob2([tag for sentence in sentences for tag in sentence], number)
    assert to_iob2(once, number) == once
    for k, tag in enumerate(once):
        continues = k > 0 and number[k] == number[k - 1] and once[k - 1] in (f"B-{tag[2:]}", f"I-{tag[2:]}")
        assert not tag.startswith("I-") or continues


def test_parts_of_speech_are_no_entity_tags() -> None:
    assert are_entity_tags(TAGS)
    assert not are_entity_tags(("NOUN", "VERB", "O"))
    assert not are_entity_tags(("O",))


def test_metrics_are_those_of_scikit_learn_and_seqeval() -> None:
    random = np.random.default_rng(0)
    lengths = random.integers(1, 12, 80)
    sentence = np.repeat(np.arange(80), lengths)
    labels, predicted = (random.choice(5, len(sentence), p=[0.1, 0.1, 0.1, 0.1, 0.6]) for _ in range(2))
    predicted = np.where(random.random(len(sentence)) < 0.6, labels, predicted)
    target = Target(
        "tag", ProblemType.TOKENS, TAGS, labels,
        words=np.array(["w"] * len(labels), dtype=object), sentence=sentence,
    )  # fmt: skip
    outputs, rows = np.eye(5)[predicted], np.arange(len(labels))
    points = TOKENS.point_metrics(target, rows, outputs)
    split = np.cumsum(lengths)[:-1]
    true, found = (
        [part.tolist() for part in np.split(np.array(TAGS)[codes], split)] for codes in (labels, predicted)
    )
    assert points == pytest.approx(
        {
            "token_accuracy": accuracy_score(labels, predicted),
            "macro_f1": f1_score(labels, predicted, average="macro"),
            "entity_f1": entity_f1_score(true, found),
            "entity_precision": precision_score(true, found),
            "entity_recall": recall_score(true, found),
        }
    )
    order = random.permutation(len(rows))  # as batches give them
    assert TOKENS.point_metrics(target, rows[order], outputs[order]) == pytest.approx(points)
    estimates = TOKENS.metrics(target, rows, outputs)
    assert {name: estimate.value for name, estimate in estimates.items()} == pytest.approx(points)
    assert all(e.low < e.value < e.high for e in estimates.values())


def test_intervals_resample_sentences_and_not_words() -> None:
    correct = np.repeat(np.arange(40) % 4 != 0, 25)  # whole sentences are right or wrong
    target = Target(
        "tag", ProblemType.TOKENS, ("a", "b"), np.zeros(1000, dtype=np.int64),
        words=np.array(["w"] * 1000, dtype=object), sentence=np.repeat(np.arange(40), 25),
    )  # fmt: skip
    outputs = np.where(correct[:, None], [1.0, 0.0], [0.0, 1.0])
    estimate = TOKENS.metrics(target, np.arange(1000), outputs)["token_accuracy"]
    low, high = wilson(750, 1000)
    assert estimate.high - estimate.low > 3 * float(high - low)


def test_the_baseline_is_the_most_frequent_tag_of_each_word() -> None:
    words = np.array(["a", "A", "a", "b", "c", "a", "z"], dtype=object)
    target = Target(
        "tag", ProblemType.TOKENS, ("D", "N"), np.array([0, 0, 1, 1, 1, 1, 1]),
        words=words, sentence=np.zeros(7, dtype=np.int64),
    )  # fmt: skip
    outputs = TOKENS.constant_baseline(target, np.arange(5), np.array([5, 6, 3]))
    assert outputs.argmax(axis=1).tolist() == [0, 1, 1]


def test_sentences_stay_whole_and_equal_ones_in_one_split() -> None:
    sentences = sample()
    sentences += [sentences[0], sentences[1]]
    prepared = prepare(table(sentences), words_config())
    by_sentence: dict[str, set[int]] = {}
    for cell, split in zip(prepared.texts, prepared.split, strict=True):
        assert isinstance(cell, Word)
        by_sentence.setdefault(cell.sentence, set()).add(int(split))
    assert all(len(splits) == 1 for splits in by_sentence.values())
    assert set(prepared.split.tolist()) == {0, 1, 2}
    assert prepared.target.names == ("D", "N", "V")
    assert [cell.text for cell in prepared.texts[:3]] == ["the", sentences[0][1][0], sentences[0][2][0]]


def test_fewer_training_rows_are_whole_sentences() -> None:
    prepared = prepare(table(sample()), words_config(train_rows=61))
    train = prepared.split_indices("train")
    sizes = np.bincount(prepared.target.sentence[train])
    assert len(train) == 61
    assert sorted(sizes[sizes > 0].tolist()) == [1, *[6] * 10]


def test_a_word_without_a_tag_stays_in_its_sentence() -> None:
    frame = table(sample())
    frame.loc[1, "tag"] = None
    frame.loc[8, "word"] = " "
    prepared = prepare(frame, words_config())
    assert prepared.texts[0].sentence.split(" ")[1] == frame["word"][1]
    assert [cell.position for cell in prepared.texts[:5]] == [0, 2, 3, 4, 5]
    assert {"missing-labels", "missing-texts"} <= {f.code for f in prepared.findings}


def test_other_schemes_are_said_with_the_row() -> None:
    sentences = [
        [("Ann", "I-PER"), ("saw", "O"), (f"x{k}", "I-LOC" if k % 2 else "O"), ("y", "O")] for k in range(60)
    ]
    prepared = prepare(table(sentences), words_config())
    codes = {f.code: f for f in prepared.findings}
    assert codes["entity-scheme"].count == 90
    assert codes["entity-scheme"].rows[0] == 1
    assert prepared.target.names == ("B-LOC", "B-PER", "O")


def test_an_empty_sentence_cell_continues_the_sentence_above() -> None:
    frame = table(sample(3))
    starts = frame["sent"] != frame["sent"].shift()
    marked = sentence_columns(frame.assign(sent=frame["sent"].where(starts)), "word", "sent")
    pd.testing.assert_frame_equal(marked, sentence_columns(frame, "word", "sent"))


def test_rows_in_no_order_are_refused() -> None:
    frame = table(sample())
    shuffled = frame.sample(frac=1, random_state=0)
    with pytest.raises(DataError, match="'sent' do not follow each other"):
        prepare(shuffled, words_config())


@pytest.mark.parametrize("cell", ["1", ""])
def test_words_of_one_sentence_alone_are_refused(cell: str) -> None:
    with pytest.raises(DataError, match="'sent' puts all 540 words of train in one sentence"):
        prepare(table(sample()).assign(sent=cell), words_config())


def test_a_word_with_blanks_stays_one_word() -> None:
    sentences = sample()
    sentences[0][1] = ("New  York", "N")
    prepared = prepare(table(sentences), words_config())
    assert prepared.texts[1].text == "New\N{NO-BREAK SPACE}York"
    assert len(prepared.texts[0].sentence.split(" ")) == 6


def test_sentence_numbers_follow_texts_and_positions() -> None:
    texts = ["a b", "a b", "a b", "c d", "c d", "c d"]
    assert sentence_numbers(texts, np.array([0, 1, 0, 0, 1, 1])).tolist() == [0, 0, 1, 2, 2, 3]
    assert sentence_numbers([], np.empty(0, dtype=np.int64)).tolist() == []


def test_a_table_of_words_is_recognised() -> None:
    frame = table(sample()).rename(columns={"sent": "sentence_id", "word": "token", "tag": "upos"})
    suggestion = suggest_columns(profile(frame), frame)
    assert (suggestion.sentence, suggestion.text, suggestion.label) == ("sentence_id", "token", "upos")
    alone = frame.assign(sentence_id=[str(k) for k in range(len(frame))])
    assert suggest_columns(profile(alone), alone).sentence is None


@pytest.mark.parametrize(
    "changes",
    [{"sentence": None}, {"sentence": "word"}, {"sentence": "tag"}, {"text_pair": "other"}],
    ids=str,
)
def test_words_need_a_sentence_column_of_their_own(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="sentence"):
        DataConfig.model_validate(words_config().model_dump() | changes)


def test_groups_keep_several_sentences_together() -> None:
    frame = table(sample()).assign(doc=np.repeat([f"d{k}" for k in range(30)], 18))
    prepared = prepare(frame, words_config(split=SplitConfig(group="doc")))
    of_row = pd.Series(prepared.split).groupby(frame["doc"].iloc[prepared.table_index].to_numpy())
    assert (of_row.nunique() == 1).all()
