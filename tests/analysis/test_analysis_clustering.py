"""Clusters of vectors, their names, and their agreement with known groups."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from translearn_core.analysis.clustering import (
    NO_CLUSTER,
    adjusted_rand,
    agreement,
    cluster_languages,
    cluster_words,
    distinct_names,
    hdbscan,
    kmeans,
    silhouettes,
    unit_rows,
)
from translearn_core.analysis.clustering.agreement import contingency, mutual_information
from translearn_core.analysis.clustering.clustering import NOT_DRAWN, _agreements


@pytest.fixture(scope="module")
def blobs() -> tuple[np.ndarray, np.ndarray]:
    """300 rows in three directions of 60, 90 and 150 rows."""
    random = np.random.default_rng(0)
    group = np.repeat([0, 1, 2], [60, 90, 150])
    centres = 4 * np.eye(3, 12)
    order = random.permutation(300)
    return (centres[group] + random.normal(0, 0.5, (300, 12)))[order].astype(np.float32), group[order]


def test_kmeans_finds_the_number_and_the_groups(blobs):
    x, group = blobs
    found = kmeans(unit_rows(x), None, seed=0)
    assert max(found.tried, key=lambda one: one[1])[0] == 3
    assert adjusted_rand_score(group, found.cluster) == 1
    assert np.bincount(found.cluster).tolist() == [150, 90, 60], "the largest first"
    assert np.mean(found.stability) > 0.95
    assert found.strength.min() > -1e-6
    rows, values = silhouettes(unit_rows(x), found.cluster, seed=0)
    assert len(rows) == 300
    assert values.mean() > 0.7
    again = kmeans(unit_rows(x), None, seed=0)
    assert (again.cluster == found.cluster).all()


def test_groups_in_noise_are_not_stable():
    x = unit_rows(np.random.default_rng(0).normal(size=(300, 40)))
    found = kmeans(x, 8, seed=0)
    assert found.tried == ()
    assert np.mean(found.stability) < 0.3


def test_hdbscan_leaves_out_what_lies_between(blobs):
    x, group = blobs
    lost = np.random.default_rng(1).normal(0, 3, (15, 12)).astype(np.float32)
    found = hdbscan(unit_rows(np.vstack([x, lost])), 20, seed=0)
    assert found.cluster.max() == 2
    kept = found.cluster[:300] != NO_CLUSTER
    assert kept.mean() > 0.8
    assert adjusted_rand_score(group[kept], found.cluster[:300][kept]) == 1
    assert (found.cluster[300:] == NO_CLUSTER).mean() > 0.5
    assert (found.strength[found.cluster == NO_CLUSTER] == 0).all()
    assert np.mean(found.stability) > 0.9


def test_density_in_noise_is_not_stable():
    x = unit_rows(np.random.default_rng(3).normal(size=(200, 10)))
    found = hdbscan(x, 5, seed=0)
    assert len(found.stability) == 10, "each pair of samples counts"
    assert np.mean(found.stability) < 0.5


def test_samples_without_clusters_do_not_agree():
    none, two = np.full(6, NO_CLUSTER), np.array([0, 0, 0, 1, 1, NOT_DRAWN])
    assert list(_agreements([none, none, two])) == [0, 0, 0]
    other = np.array([NOT_DRAWN, 0, 0, 1, 1, 1])
    assert list(_agreements([two, other])) == [1]
    shrunk = np.array([0, 0, NO_CLUSTER, 1, NO_CLUSTER, 1])
    expected = adjusted_rand_score([0, 0, 0, 1, 1], [0, 0, 2, 1, 2])
    assert next(_agreements([two, shrunk])) == pytest.approx(expected)


def test_agreement_is_that_of_scikit_learn():
    random = np.random.default_rng(0)
    for _ in range(20):
        one, other = random.integers(0, 5, 80), random.integers(0, 7, 80)
        other[:40] = one[:40]
        table = contingency(one, other)
        assert adjusted_rand(table) == pytest.approx(adjusted_rand_score(one, other), abs=1e-12)
        assert mutual_information(table) == pytest.approx(normalized_mutual_info_score(one, other), abs=1e-12)
    assert adjusted_rand(contingency(one, one)) == 1
    assert mutual_information(contingency(one, one)) == pytest.approx(1)


def test_the_interval_of_unrelated_groups_holds_zero():
    random, holds = np.random.default_rng(0), 0
    for repeat in range(40):
        rand, _ = agreement(random.integers(0, 20, 200), random.integers(0, 20, 200), seed=repeat)
        holds += rand.low <= 0 <= rand.high
    assert holds >= 34, "many small groups: rows drawn twice must not look like agreement"


def test_the_interval_holds_the_agreement_of_all_rows():
    random, holds = np.random.default_rng(0), 0
    group = random.integers(0, 4, 20_000)
    noisy = np.where(random.random(20_000) < 0.7, group, random.integers(0, 4, 20_000))
    truth = adjusted_rand_score(group, noisy)
    for repeat in range(40):
        drawn = random.choice(20_000, 200, replace=False)
        rand, information = agreement(group[drawn], noisy[drawn], seed=repeat)
        holds += rand.low <= truth <= rand.high
        assert information.low <= information.value <= information.high <= 1
    assert holds >= 34


def test_without_rows_there_is_no_agreement():
    nothing = np.empty(0, dtype=np.int64)
    assert np.isnan(agreement(nothing, nothing)[0].value)


def test_words_set_clusters_apart_and_the_commonest_do_not():
    money = [f"the bill and the invoice of the month number {i}" for i in range(20)]
    parcels = [f"the parcel and the order of the shop number {i}" for i in range(30)]
    words = cluster_words([*money, *parcels], np.repeat([0, 1], [20, 30]))
    assert set(words[0]) == {"bill", "invoice", "month"}
    assert set(words[1]) == {"parcel", "order", "shop"}


ENGLISH = ["the cat and the dog sat in the garden", "the train to the city was late and the bus was full"]
CHINESE = ["请问我的卡什么时候可以送达，我想取消这个订单", "因为地址写错了，我的包裹还没有收到"]
RUSSIAN = ["мой заказ до сих пор не пришёл, когда его доставят", "я хочу вернуть деньги за эту покупку"]


def test_a_cluster_of_mostly_one_language_has_it_and_mixed_ones_have_none():
    texts = [f"{text} {k}" for k in range(12) for text in (*ENGLISH, *CHINESE, *RUSSIAN)]
    number = np.arange(len(texts)) % 6
    by_language = np.array([0, 0, 1, 1, 2, 2])[number]
    assert cluster_languages(texts, by_language) == {0: "English", 1: "Chinese", 2: "Russian"}
    mixed = np.array([0, 1, 0, 1, 0, 1])[number]
    assert cluster_languages(texts, mixed) == {}
    alone = np.flatnonzero(number < 2)
    assert cluster_languages([texts[k] for k in alone], number[alone].astype(np.int64)) == {}, "one language"


TOPICS = [
    "refund", "parcel", "invoice", "garden", "engine", "doctor", "school", "museum", "kitchen", "window",
    "bridge", "candle", "forest", "harbour", "island", "jacket", "kettle", "ladder", "market", "needle",
]  # fmt: skip


def test_a_cluster_alone_in_its_language_is_not_named_by_function_words():
    english = [f"the {TOPICS[k % 20]} and the rest of it in the {TOPICS[(k + 1) % 20]}" for k in range(40)]
    texts = [*english, *(f"{text} {k}" for k in range(5) for text in CHINESE)]
    cluster = np.repeat([0, 1], [40, 10])
    assert "the" in cluster_words(texts, cluster)[0]
    words = cluster_words(texts, cluster, alone=(0,))[0]
    assert len(words) == 10
    assert set(words) <= set(TOPICS)


def test_chinese_clusters_have_words_of_two_characters():
    food = ["外卖很好吃", "这家外卖不好吃", "外卖送得快", "好吃的外卖"]
    cars = ["汽车开得快", "新的汽车", "这辆汽车很贵", "汽车坏了"]
    words = cluster_words([*food, *cars], np.repeat([0, 1], 4))
    assert words[0][0] == "外卖"
    assert words[1][0] == "汽车"
    assert all(len(word) == 2 for word in (*words[0], *words[1]))


def test_texts_in_no_cluster_count_as_elsewhere_only():
    texts = ["red apple", "red apple", "blue sky", "blue sky", "red car", "red car"]
    words = cluster_words(texts, np.array([0, 0, 1, 1, -1, -1]))
    assert words[0][0] == "apple"
    assert len(words) == 2
    assert cluster_words(texts, np.full(6, -1)) == []


def test_names_are_distinct_and_never_empty():
    names = distinct_names([("a", "b", "c", "d"), ("a", "b", "c"), (), ()])
    assert names == ("a, b, c (1)", "a, b, c (2)", "cluster 3", "cluster 4")
