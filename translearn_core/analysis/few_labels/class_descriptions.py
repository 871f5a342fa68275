"""Zero-shot classification: similarity of texts to descriptions of the classes, and its calibration.

Layer and centring are chosen without a label, by the mutual information between unlabelled texts and the
classes that are predicted for them: predictions should be sure of each text, and use all classes. On
banking77 it chose the layer of the highest test accuracy (.62), on SST-2 one 2 to 3 points below it (.75).

References
----------
Yin, Hay & Roth 2019, arXiv:1909.00161, for descriptions of classes; Krause, Perona & Gomes 2010, NeurIPS
(Discriminative clustering by regularized information maximization), for the criterion.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax, xlogy

from translearn_core.analysis.few_labels.prototypes import FloatArray, unit_rows

Vectors = NDArray[np.floating]

SHARPNESS = 3.0
"""Factor on standardised similarities before the softmax of `mutual_information`."""


@dataclass(frozen=True, eq=False)
class Space:
    """Layer of a backbone in which texts and descriptions are compared, raw or each centred.

    `information` is the mutual information on unlabelled texts, in nats; `text_mean` and `description_mean`,
    shape (width,), are subtracted, zeros if raw.
    """

    layer: int
    centred: bool
    information: float
    text_mean: FloatArray
    description_mean: FloatArray

    def similarities(self, texts: Vectors, descriptions: Vectors) -> FloatArray:
        """Return the cosine similarity of each text to each description, shape (texts, classes)."""
        return cosine(texts - self.text_mean, descriptions - self.description_mean)


def spaces(unlabelled: Mapping[int, Vectors], descriptions: Mapping[int, Vectors]) -> Iterator[Space]:
    """Yield every layer, raw and centred, with its mutual information.

    Parameters
    ----------
    unlabelled, descriptions : mappings from layers to arrays, shape (texts, width) and (classes, width)
        Vectors of texts without labels, and of the descriptions of the classes.
    """
    for layer, texts in unlabelled.items():
        width = texts.shape[1]
        for centred in (False, True):
            means = (
                (texts.mean(axis=0, dtype=np.float64), descriptions[layer].mean(axis=0, dtype=np.float64))
                if centred
                else (np.zeros(width), np.zeros(width))
            )
            space = Space(layer, centred, 0.0, *means)
            similarity = space.similarities(texts, descriptions[layer])
            yield Space(layer, centred, mutual_information(similarity), *means)


def cosine(a: Vectors, b: Vectors) -> FloatArray:
    """Return the cosine similarity of each row of `a` to each of `b`."""
    return np.asarray(unit_rows(a) @ unit_rows(b).T)


def mutual_information(similarity: FloatArray) -> float:
    """Return the mutual information between texts and predicted classes, in nats, from 0 to log(classes).

    Similarities, shape (texts, classes), are standardised as a whole, so that spaces in which all vectors
    point the same way have no disadvantage, and turned to probabilities by a softmax.
    """
    spread = similarity.std()
    if not spread > 0:
        return 0.0
    probabilities = softmax(SHARPNESS * (similarity - similarity.mean()) / spread, axis=1)
    marginal = probabilities.mean(axis=0)
    information = _entropy(marginal) - float(-xlogy(probabilities, probabilities).sum(axis=1).mean())
    return max(0.0, information)


def _entropy(p: FloatArray) -> float:
    return float(-xlogy(p, p).sum())
