"""Parameter-efficient tuning: BitFit, norms only, LoRA, bottleneck adapters; and dropout of blocks."""

from collections.abc import Iterable

from torch import Tensor, nn
from torch.nn import functional
from transformers.pytorch_utils import Conv1D

from translearn_core.backbones import Backbone
from translearn_core.backbones.inspection import adapted_layers, is_bias, is_norm
from translearn_core.config import FreezePlan, Tuning, TuningConfig
from translearn_core.errors import ConfigError

ADAPTER = ".adapter."
"""In the names of an adapter's parameters, between the layer it follows and its own."""


class BottleneckAdapter(nn.Module):
    """Two-layer network added to its input; it starts as the identity, because `up` is zero.

    References
    ----------
    Houlsby et al. 2019, arXiv:1902.00751.
    """

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.down, self.up = nn.Linear(width, hidden), nn.Linear(hidden, width)
        nn.init.zeros_(self.up.weight)
        nn.init.zeros_(self.up.bias)

    def forward(self, states: Tensor) -> Tensor:
        """Return adapted states, shape (…, width)."""
        added: Tensor = self.up(functional.gelu(self.down(states)))
        return states + added


def add_parameters(backbone: Backbone, plan: FreezePlan, tuning: TuningConfig) -> None:
    """Add the parameters of LoRA or adapters to the blocks that train, drawn from torch's random state.

    Raises
    ------
    ConfigError
        If the blocks have no place for adapters.
    """
    add = add_lora if tuning.kind is Tuning.LORA else add_adapters
    add(backbone, plan, tuning)
    path = backbone.blocks_path
    names = [name for name, _ in backbone.model.named_parameters()]
    backbone.parts = {
        name: backbone.parts.get(name) or f"block {name[len(path) + 1 :].partition('.')[0]}" for name in names
    }


def add_adapters(backbone: Backbone, plan: FreezePlan, tuning: TuningConfig) -> None:
    """Add an adapter after the attention and the feed-forward network of the blocks that train.

    It reads the last linear layer's output, before dropout, the residual connection and the norm.
    """
    width = backbone.info.width
    for block in (backbone.blocks[k] for k in plan.blocks):
        paths = adapted_layers(block, width)
        if not paths:
            expected = f"all or norms: the blocks of {backbone.config.label} lack two linear layers to adapt"
            raise ConfigError("tuning.kind", str(tuning.kind), expected)
        for layer in map(block.get_submodule, paths):
            layer.add_module("adapter", BottleneckAdapter(width, tuning.bottleneck))
            layer.register_forward_hook(_adapt)


def _adapt(layer: nn.Module, _: object, output: Tensor) -> Tensor:
    adapter = layer.get_submodule("adapter")
    adapted: Tensor = adapter(output)
    return adapted


def remove_adapters(backbone: Backbone) -> dict[str, Tensor]:
    """Remove all adapters and return their tensors by name; the outputs become those without them."""
    named = backbone.model.named_parameters()
    tensors = {name: p.detach().cpu().contiguous() for name, p in named if ADAPTER in name}
    for path in {name.partition(ADAPTER)[0] for name in tensors}:
        layer = backbone.model.get_submodule(path)
        del layer.adapter
        layer._forward_hooks.clear()
    backbone.parts = {name: part for name, part in backbone.parts.items() if name not in tensors}
    return tensors


def adapter_parameters(backbone: Backbone, names: Iterable[str], kind: Tuning) -> frozenset[str]:
    """Return those of `names` that train under a tuning kind.

    References
    ----------
    BitFit: Ben Zaken et al. 2021, arXiv:2106.10199. LoRA: Hu et al. 2021, arXiv:2106.09685. Adapters train
    with the norms of their blocks: Houlsby et al. 2019, arXiv:1902.00751.

    Raises
    ------
    ConfigError
        If there are none of that kind.
    """
    names = frozenset(names)
    if kind is Tuning.ALL or not names:
        return names
    owners = dict(backbone.model.named_modules())

    def of_norm(name: str) -> bool:
        return is_norm(owners[name.rpartition(".")[0]])

    matches = {
        Tuning.BIASES: is_bias,
        Tuning.NORMS: of_norm,
        Tuning.LORA: lambda name: ".lora_" in name,
        Tuning.ADAPTERS: lambda name: ADAPTER in name or of_norm(name),
    }[kind]
    selected = frozenset(filter(matches, names))
    if not selected:
        raise ConfigError(
            "tuning.kind", str(kind), f"all or lora: {backbone.config.label} has no {kind!s} in these blocks"
        )
    return selected


def add_lora(backbone: Backbone, plan: FreezePlan, tuning: TuningConfig) -> None:
    """Add LoRA matrices to every linear layer of the blocks that train; B is zero, so outputs stay."""
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
