"""Words as TF-IDF counts them: unchanged where blanks stand between words, characters where none do."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from translearn_core.analysis.term_analyzer import shown, spaced
from translearn_core.analysis.tfidf import TfidfClassifier, tfidf_logistic_regression, tfidf_vectorizer

SPACED = [
    "I can't find my CARD! It's number 7, isn't it?",
    "Où est l'été? Straße, İstanbul, naïve",
    "Быстрый поиск — не найден",
    "무엇이 빠른가요 한국어",
    "مرحبا بالعالم",
]


@pytest.mark.parametrize("text", SPACED)
def test_texts_with_blanks_are_counted_as_before(text):
    before = TfidfVectorizer(ngram_range=(1, 2), token_pattern=r"(?u)\b\w+\b").build_analyzer()
    assert spaced(text) == text.lower()
    assert tfidf_vectorizer().build_analyzer()(text) == before(text)


def test_characters_and_pairs_of_them_stand_for_words_where_there_are_no_blanks():
    analyse = tfidf_vectorizer().build_analyzer()
    assert analyse("外卖快 OK") == ["外", "卖", "快", "ok", "外 卖", "卖 快", "快 ok"]
    assert [shown(term) for term in ("外 卖", "快 ok", "not bad")] == ["外卖", "快 ok", "not bad"]
    assert analyse("ラーメン")[:2] == ["ラ", "ー"]


def test_a_chinese_word_is_known_within_another_clause():
    texts = ["外卖很好吃，推荐", "菜很难吃，失望", "味道好吃极了", "太难吃了"] * 3
    labels = np.array([1, 0, 1, 0] * 3)
    asked = ["这家店真的好吃", "难吃，再也不来"]
    assert tfidf_logistic_regression(texts, labels, asked, seed=0).tolist() == [1, 0]


def test_a_model_of_whole_clauses_reads_as_it_learned():
    idf, bias = np.ones(2, np.float32), np.zeros(2, np.float32)
    weight = np.array([[1, 0], [0, 1]], dtype=np.float32)
    earlier = TfidfClassifier(("很好吃", "太难吃"), idf, weight, bias, 1.0)
    assert earlier.vectors(["很好吃！"]).toarray().tolist() == [[1, 0]]
