"""The tokenizer of word vectors: words, numbers and punctuation marks, whole."""

from collections.abc import Sequence

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

PAD, UNKNOWN = "[PAD]", "[UNK]"

WORDS = (
    r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]"  # a character of a script without spaces
    r"|\d+(?:[.,:]\d+)*"
    r"|(?:[^\W\d]\.){2,}"  # u.s.
    r"|\w+?(?=n't\b)|n't\b|'(?:s|m|d|re|ve|ll)\b"  # don't is do n't, as in the Penn treebank
    r"|[^\W\d]\w*"
    r"|[^\w\s]"
)
"""Words of a text, from left to right."""


def build_tokenizer(words: Sequence[str]) -> Tokenizer:
    """Return the tokenizer of a table whose rows after padding and unknown words are `words`.

    Texts are lower-cased unless a word of the table has a capital letter.
    """
    vocabulary = {word: i for i, word in enumerate([PAD, UNKNOWN, *words])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token=UNKNOWN))
    steps: list[normalizers.Normalizer] = [normalizers.NFC(), normalizers.Replace("’", "'")]
    if all(word == word.lower() for word in words):
        steps.append(normalizers.Lowercase())
    tokenizer.normalizer = normalizers.Sequence(steps)
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(WORDS), behavior="removed", invert=True)
    tokenizer.add_special_tokens([PAD, UNKNOWN])
    return tokenizer


def split_words(tokenizer: Tokenizer, text: str) -> list[str]:
    """Return the words of a text, in the table or not."""
    normalised = tokenizer.normalizer.normalize_str(text) if tokenizer.normalizer else text
    assert tokenizer.pre_tokenizer is not None
    return [word for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(normalised)]
