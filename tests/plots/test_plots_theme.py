"""Palette, template and labels: colour-blind safe, equal to the pages' theme, escaped."""

import itertools
import tomllib
from pathlib import Path

import numpy as np
import pytest

from translearn_core import plots
from translearn_core.plots.style.labels import amount, labels, plain, shortened
from translearn_core.plots.style.palette import DARK, LIGHT, SYMBOLS, class_colour, class_symbol, mixed

ROOT = Path(__file__).parents[2]

# Machado et al. (2009), severity 1, on linear RGB
EYES = {
    "normal": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def linear(colour: str) -> np.ndarray:
    c = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def oklab(rgb: np.ndarray) -> np.ndarray:
    cones = np.array(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    )
    opponents = np.array(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ]
    )
    return opponents @ np.cbrt(cones @ np.clip(rgb, 0, 1))


def contrast(a: str, b: str) -> float:
    low, high = sorted(float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (a, b))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_any_two_of_the_ten_class_colours_differ_for_every_eye(colours, eye):
    seen = [oklab(np.asarray(EYES[eye]) @ linear(c)) for c in colours.classes]
    assert len(seen) == 10
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)) >= 0.10


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_texts_are_readable_on_what_they_stand_on(colours):
    assert contrast(colours.ink, colours.paper) >= 7
    assert contrast(colours.muted, colours.paper) >= 4.5
    assert contrast(colours.frozen_ink, colours.frozen) >= 4.5
    assert contrast(colours.trainable_ink, colours.trainable) >= 4.5
    assert contrast("#FFFFFF", colours.accent) >= 4.5  # the text of a primary button


def test_eighty_classes_have_eighty_different_marks():
    marks = {(class_colour(i, False), class_symbol(i)) for i in range(80)}
    assert len(marks) == 80
    assert len(SYMBOLS) == 8


def test_pages_and_figures_share_one_palette():
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"]
    for section, colours in (("light", LIGHT), ("dark", DARK)):
        assert theme[section]["backgroundColor"] == colours.paper
        assert theme[section]["secondaryBackgroundColor"] == colours.panel
        assert theme[section]["textColor"] == colours.ink
        assert theme[section]["primaryColor"] == colours.accent
        assert theme[section]["chartCategoricalColors"] == list(colours.classes)
        assert len(theme[section]["chartSequentialColors"]) == 10
    assert theme["font"] == plots.template(False).layout.font.family


def test_the_configuration_keeps_to_itself():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["server"]["address"] == "127.0.0.1"
    assert config["server"]["enableStaticServing"] is False
    assert config["browser"]["gatherUsageStats"] is False
    assert config["client"]["showErrorDetails"] == "type"
    assert "http" not in str(config["theme"])  # no font from a network


@pytest.mark.parametrize("name", ["logo.svg", "icon.svg"])
def test_the_logo_is_a_small_picture_without_scripts_or_links(name):
    svg = (ROOT / "assets" / name).read_text(encoding="utf-8")
    assert svg.startswith("<svg ")
    assert len(svg) < 4_000
    assert "<script" not in svg
    assert "href" not in svg


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<b>x</b>", "&lt;b&gt;x&lt;/b&gt;"),
        ("a & b", "a &amp; b"),
        ('say "yes", it\'s', 'say "yes", it\'s'),
        ("two\n lines", "two lines"),
        ("  ", "(empty)"),
        (7, "7"),
    ],
)
def test_plain(text, expected):
    assert plain(text) == expected


def test_plain_cuts_before_it_escapes():
    assert plain("<" * 50, 5) == "&lt;" * 4 + "…"


def test_labels_cut_to_one_text_stay_apart():
    names = labels(["card payment fee charged", "card payment fee refused", "card payment… (2)"], 14)
    assert names == ("…paymen…harged", "…paymen…efused", "…payment… (2)")
    assert labels(["same", "same"]) == ("same", "same (2)")


def test_long_names_that_begin_alike_keep_what_tells_them_apart():
    arms = ["embeddings + blocks 0–5", "blocks 4, 5", "head only"]
    names = [f"How deep? reviews.csv, blocks 4, 5: {arm}, seed {seed}" for arm in arms for seed in (0, 1)]
    assert shortened([*names, "reviews.csv, gradual"], 26) == (
        "…embeddings +…0–5, seed 0",
        "…embeddings +…0–5, seed 1",
        "…blocks 4, 5, seed 0",
        "…blocks 4, 5, seed 1",
        "…head only, seed 0",
        "…head only, seed 1",
        "reviews.csv, gradual",
    )
    assert shortened([names[0]], 26) == ("How deep? reviews.csv, bl…",), (
        "alone there is nothing to tell it from"
    )
    assert shortened(["one long name of a class", "another long name of it"], 12) == (
        "one long na…",
        "another lon…",
    )


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (768, "768"),
        (999.6, "1.00 k"),
        (1_774_464, "1.77 M"),
        (11_917_824, "11.9 M"),
        (109e6, "109 M"),
        (1.1e9, "1.10 G"),
    ],
)
def test_amount(number, text):
    assert amount(number) == text


def test_mixed_goes_from_base_to_colour():
    assert mixed("#FF8040", "#000000", 0) == "#000000"
    assert mixed("#FF8040", "#000000", 1) == "#FF8040"
    assert mixed("#FF0000", "#0000FF", 0.5) == "#800080"
