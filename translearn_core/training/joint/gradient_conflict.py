"""Cosines between the gradients of several targets in each part of a backbone."""

from collections.abc import Mapping
from itertools import combinations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import Parameter

from translearn_core.activations import Compute
from translearn_core.training.joint.joint_rows import JointRows
from translearn_core.transfer import Classifier, Inputs


def target_gradients(
    model: Classifier,
    inputs: Inputs,
    rows: JointRows,
    index: NDArray[np.int64],
    parameters: Mapping[str, Parameter],
    compute: Compute,
) -> list[dict[str, Tensor] | None]:
    """Return the gradient of each target's mean loss on the rows `index`, by parameter.

    None for a target of which none of the rows has a value. The model must be in eval mode, so that all
    gradients are those of the same function.
    """
    objective, targets = rows.objective, rows.targets[torch.from_numpy(index)].to(compute.device)
    outputs = model(inputs.batch(index), compute)
    gradients: list[dict[str, Tensor] | None] = []
    for number, part in enumerate(objective.parts):
        known = ~targets[:, part.values.start].isnan()
        if not known.any():
            gradients.append(None)
            continue
        loss = objective.target_loss(number, outputs[known], targets[known]).mean()
        of_loss = torch.autograd.grad(loss, list(parameters.values()), retain_graph=True, allow_unused=True)
        gradients.append(
            {
                name: (torch.zeros_like(p) if g is None else g).detach().float()
                for (name, p), g in zip(parameters.items(), of_loss, strict=True)
            }
        )
    return gradients


def part_cosines(
    gradients: list[dict[str, Tensor] | None], parts: Mapping[str, str], names: list[str]
) -> NDArray[np.float64]:
    """Return the cosine of every pair of targets in each part, shape (pairs, parts); NaN where undefined.

    Parameters
    ----------
    gradients : list of mapping, or None
        From `target_gradients`.
    parts : mapping of parameter to part
    names : list of str
        The parts, in the order of the result.

    References
    ----------
    Yu et al. 2020, arXiv:2001.06782, section 2.3.
    """
    cosines = np.full((len(gradients) * (len(gradients) - 1) // 2, len(names)), np.nan)
    for pair, (one, other) in enumerate(combinations(gradients, 2)):
        if one is None or other is None:
            continue
        for column, part in enumerate(names):
            own = [name for name in one if parts[name] == part]
            first, second = (torch.cat([g[name].flatten() for name in own]) for g in (one, other))
            norm = float(first.norm() * second.norm())
            if norm > 0:
                cosines[pair, column] = float(first @ second) / norm
    return cosines
