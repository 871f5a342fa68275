"""Parsing of backbone names: addresses of the Hub, blanks and quotes, the bundled model."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from translearn_core.config import BUNDLED, BackboneConfig
from translearn_core.config.model_names import parse_model_name


@pytest.mark.parametrize(
    ("text", "id", "revision"),
    [
        ("https://huggingface.co/owner/name", "owner/name", None),
        ("http://www.huggingface.co/owner/name/", "owner/name", None),
        ("HTTPS://HuggingFace.co/Owner/Name", "Owner/Name", None),
        ("https://hf.co/owner/name/tree/main", "owner/name", None),
        ("https://huggingface.co/owner/name/tree/v2.0", "owner/name", "v2.0"),
        ("https://huggingface.co/owner/name/tree/refs%2Fpr%2F7/onnx", "owner/name", "refs/pr/7"),
        ("https://huggingface.co/owner/name/blob/main/README.md", "owner/name", None),
        ("https://huggingface.co/owner/name/resolve/v1/config.json?download=true", "owner/name", "v1"),
        ("https://huggingface.co/owner/name?library=transformers#use", "owner/name", None),
        ("https://huggingface.co/owner/name/discussions/3", "owner/name", None),
        ("https://huggingface.co/owner/name.git", "owner/name", None),
        ("https://huggingface.co/gpt2", "gpt2", None),
        ("https://huggingface.co/gpt2/tree/v1", "gpt2", "v1"),
        ("huggingface.co/owner/name", "owner/name", None),
        ("hf.co/owner/name/", "owner/name", None),
        ("hf://owner/name", "owner/name", None),
        ("hf://owner/name@v3/config.json", "owner/name", "v3"),
        ("hf://models/owner/name", "owner/name", None),
        ('  "owner/name" \n', "owner/name", None),
        ("'https://huggingface.co/owner/name/'", "owner/name", None),
        ("<https://huggingface.co/owner/name>", "owner/name", None),
        ("owner/name/", "owner/name", None),
        ("/data/my model/", "/data/my model", None),
        ("'/data/it's'", "/data/it's", None),
        ("/", "/", None),
        ("all-MiniLM-L6-v2", BUNDLED, None),
        ("ALL-minilm-l6-V2", BUNDLED, None),
        ("sentence-transformers/all-MiniLM-L6-v2", BUNDLED, None),
        ("https://huggingface.co/Sentence-Transformers/all-minilm-l6-v2/tree/main", BUNDLED, None),
    ],
)
def test_a_backbone_has_many_names(text: str, id: str, revision: str | None):
    assert parse_model_name(text) == (id, revision)
    config = BackboneConfig(id=text)
    assert (config.id, config.revision) == (id, revision)
    assert BackboneConfig.model_validate_json(config.model_dump_json()) == config


@pytest.mark.parametrize(
    "text",
    [
        "https://huggingface.co/datasets/owner/name",
        "https://huggingface.co/spaces/owner/name",
        "hf://datasets/owner/name",
        "https://example.org/owner/name",
        "https://huggingface.co",
        "https://huggingface.co/%22~%22",
        "https://huggingface.co/hf.co/tmp",
        "https://[huggingface.co/owner/name",
    ],
)
def test_an_address_that_leads_to_no_model_stays_as_it_is(text: str):
    assert parse_model_name(text) == (text, None)


def test_a_revision_that_was_given_counts_more_than_the_address():
    config = BackboneConfig(id="https://hf.co/owner/name/tree/v2", revision="v1")
    assert (config.id, config.revision) == ("owner/name", "v1")


def test_another_revision_than_main_of_the_bundled_model_is_another_model():
    other = BackboneConfig(id="sentence-transformers/all-MiniLM-L6-v2", revision="v1")
    assert (other.id, other.revision) == ("sentence-transformers/all-MiniLM-L6-v2", "v1")
    assert BackboneConfig(id="sentence-transformers/all-MiniLM-L6-v2", revision="main") == BackboneConfig()


@pytest.mark.parametrize("given", [{"id": 5}, {"id": None}, {"id": ""}, {"id": "' '"}, {"revision": 7}, [1]])
def test_what_is_no_name_is_refused_as_ever(given: object):
    with pytest.raises(ValueError, match="validation error"):
        BackboneConfig.model_validate_json(json.dumps(given))


ALPHABET = [
    *"ab/.~'\"<>% @:",
    "https://",
    "huggingface.co/",
    "hf.co/",
    "hf://",
    "%22",
    "%2F",
    "/tree/",
    "models/",
]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(ALPHABET), max_size=10).map("".join))
def test_what_a_name_means_means_the_same_when_it_is_read_again(text: str):
    """A page may refuse a folder by what the name means: no second reading may make one of it."""
    id, revision = parse_model_name(text)
    assert parse_model_name(id, revision) == (id, revision)
