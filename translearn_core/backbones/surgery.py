"""A backbone that starts otherwise than it was saved: with fewer blocks, or fresh ones on top."""

import hashlib

from torch import nn
from transformers import PreTrainedConfig, PreTrainedModel

from translearn_core.backbones import architecture
from translearn_core.config import BackboneConfig
from translearn_core.errors import ConfigError


def altered_digest(digest: str, config: BackboneConfig) -> str:
    """Return the digest of a backbone that is altered as `config` says."""
    fresh = f"{config.fresh_top}/{config.init_seed}" if config.fresh_top else "0"
    return hashlib.sha256(f"{digest}/{config.blocks}/{fresh}".encode()).hexdigest()


def truncate_and_reinit(
    name: str, model: PreTrainedModel, blocks_path: str, config: BackboneConfig, settled: PreTrainedConfig
) -> None:
    """Keep the first blocks only, and give the top ones of these fresh weights, as `config` says.

    References
    ----------
    Fresh weights on top: Zhang et al. 2020, arXiv:2006.05987.

    Raises
    ------
    ConfigError
        If there are not so many blocks.
    """
    blocks = model.get_submodule(blocks_path)
    assert isinstance(blocks, nn.ModuleList)
    total = len(blocks)
    if config.blocks is not None:
        if config.blocks > total:
            raise ConfigError("backbone.blocks", config.blocks, f"at most {total}, which {name} has")
        del blocks[config.blocks :]
    kept = len(blocks)
    if config.fresh_top > kept:
        raise ConfigError("backbone.fresh_top", config.fresh_top, f"at most {kept}, which there are")
    if config.fresh_top:
        twin = architecture.fresh(name, settled, config.init_seed).get_submodule(blocks_path)
        assert isinstance(twin, nn.ModuleList)
        for k in range(kept - config.fresh_top, kept):
            blocks[k].load_state_dict(twin[k].state_dict())
