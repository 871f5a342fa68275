"""Parameter-efficient tuning: BitFit, norms only, LoRA; and dropout of blocks."""

from collections.abc import Iterable

from torch import nn
from transformers.pytorch_utils import Conv1D

from translearn_core.backbones import Backbone
from translearn_core.backbones.inspection import is_bias, is_norm
from translearn_core.config import FreezePlan, Tuning, TuningConfig
from translearn_core.errors import ConfigError


def adapter_parameters(backbone: Backbone, names: Iterable[str], kind: Tuning) -> frozenset[str]:
    """Return those of `names` that train under a tuning kind.

    References
    ----------
    BitFit: Ben Zaken et al. 2021, arXiv:2106.10199. LoRA: Hu et al. 2021, arXiv:2106.09685.

    Raises
    ------
    ConfigError
        If there are none of that kind.
    """
    names = frozenset(names)
    if kind is Tuning.ALL or not names:
        return names
    owners = dict(backbone.model.named_modules())
    matches = {
        Tuning.BIASES: is_bias,
        Tuning.NORMS: lambda name: is_norm(owners[name.rpartition(".")[0]]),
        Tuning.LORA: lambda name: ".lora_" in name,
    }[kind]
    selected = frozenset(filter(matches, names))
    if not selected:
        raise ConfigError(
            "tuning.kind", str(kind), f"all or lora: {backbone.config.label} has no {kind!s} in these blocks"
        )
    return selected


def add_lora(backbone: Backbone, plan: FreezePlan, tuning: TuningConfig) -> None:
    """Add LoRA matrices to every linear layer of the blocks that train.

    A is drawn from torch's random state, B is zero, so outputs start unchanged.
    """
    from peft import LoraConfig, inject_adapter_in_model

    path = backbone.blocks_path
    blocks = tuple(f"{path}.{block}." for block in plan.blocks)
    modules = backbone.model.named_modules()
    layers = [name for name, m in modules if isinstance(m, nn.Linear | Conv1D) and name.startswith(blocks)]
    config = LoraConfig(
        r=tuning.rank, lora_alpha=tuning.alpha, lora_dropout=tuning.dropout, target_modules=layers,
        fan_in_fan_out=any(isinstance(backbone.model.get_submodule(name), Conv1D) for name in layers),
    )  # fmt: skip
    inject_adapter_in_model(config, backbone.model)
    names = [name for name, _ in backbone.model.named_parameters()]
    backbone.parts = {
        name: backbone.parts.get(name) or f"block {name[len(path) + 1 :].partition('.')[0]}" for name in names
    }


def merge_lora(backbone: Backbone) -> None:
    """Merge LoRA matrices into the weights they adapt and remove them; outputs stay the same."""
    from peft.tuners.lora import LoraLayer

    for path, module in list(backbone.model.named_modules()):
        if isinstance(module, LoraLayer) and isinstance(module, nn.Module):
            module.merge()
            parent, _, name = path.rpartition(".")
            setattr(backbone.model.get_submodule(parent), name, module.get_base_layer())
    merged = {name.replace(".base_layer.", "."): part for name, part in backbone.parts.items()}
    backbone.parts = {name: merged[name] for name, _ in backbone.model.named_parameters()}


def set_dropout(blocks: Iterable[nn.Module], p: float) -> None:
    """Set every dropout probability inside `blocks`: modules, and the attributes that attention reads."""
    for block in blocks:
        for module in block.modules():
            if isinstance(module, nn.Dropout):
                module.p = p
            for name, value in vars(module).items():
                if "dropout" in name and isinstance(value, float):
                    setattr(module, name, p)
