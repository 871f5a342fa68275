"""Remove a backbone's top blocks, or reinitialise the top ones."""

import hashlib

from torch import nn
from transformers import PreTrainedConfig, PreTrainedModel

from translearn_core.backbones import architecture
from translearn_core.config import BackboneConfig
from translearn_core.errors import ConfigError


def altered_digest(digest: str, config: BackboneConfig) -> str:
    """Return the digest of a backbone after `truncate_and_reinit`."""
    fresh = f"{config.reinit_top_layers}/{config.init_seed}" if config.reinit_top_layers else "0"
    return hashlib.sha256(f"{digest}/{config.keep_blocks}/{fresh}".encode()).hexdigest()


def truncate_and_reinit(
    name: str,
    model: PreTrainedModel,
    blocks_path: str,
    config: BackboneConfig,
    model_config: PreTrainedConfig,
) -> None:
    """Keep the first `config.keep_blocks` blocks and reinitialise the top `config.reinit_top_layers` of them.

    Raises
    ------
    ConfigError
        If the model has fewer blocks.

    References
    ----------
    Reinitialised top layers: Zhang et al. 2020, arXiv:2006.05987.
    """
    blocks = model.get_submodule(blocks_path)
    assert isinstance(blocks, nn.ModuleList)
    total = len(blocks)
    if config.keep_blocks is not None:
        if config.keep_blocks > total:
            raise ConfigError(
                "backbone.keep_blocks", config.keep_blocks, f"at most {total}, which {name} has"
            )
        del blocks[config.keep_blocks :]
    n_blocks = len(blocks)
    if config.reinit_top_layers > n_blocks:
        raise ConfigError(
            "backbone.reinit_top_layers", config.reinit_top_layers, f"at most {n_blocks}, which there are"
        )
    if config.reinit_top_layers:
        fresh = architecture.initialise_randomly(name, model_config, config.init_seed).get_submodule(
            blocks_path
        )
        assert isinstance(fresh, nn.ModuleList)
        for k in range(n_blocks - config.reinit_top_layers, n_blocks):
            blocks[k].load_state_dict(fresh[k].state_dict())
