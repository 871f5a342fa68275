"""Device and precision of a run, resolved from the config and the hardware."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from translearn_core.activations.packed_linear import packed_linears
from translearn_core.activations.parallel import Streams, in_parallel, sequentially
from translearn_core.config import Device, Precision
from translearn_core.errors import ConfigError


@dataclass(frozen=True)
class Compute:
    """Device and precision of the backbone; `bf16` means autocast to bfloat16."""

    device: torch.device
    bf16: bool

    @classmethod
    def choose(cls, device: Device = Device.AUTO, precision: Precision = Precision.AUTO) -> "Compute":
        """Resolve ``auto``: CUDA, then MPS, then the CPU; bf16 where the device computes it natively.

        Raises
        ------
        ConfigError
            If the named device is not available, or bf16 would only be emulated on CUDA.
        """
        available = {
            Device.CUDA: torch.cuda.is_available(),
            Device.MPS: torch.backends.mps.is_available(),
            Device.CPU: True,
        }
        if device is Device.AUTO:
            device = next(d for d, present in available.items() if present)
        elif not available[device]:
            names = ", ".join(d for d, present in available.items() if present)
            raise ConfigError("device", str(device), f"a device of this machine: {names}, or auto")
        native = native_bf16(device)
        if precision is Precision.BF16 and device is Device.CUDA and not native:
            raise ConfigError("precision", "bf16", "float32 or auto: this GPU has no bfloat16")
        return cls(
            torch.device(device.value),
            precision is Precision.BF16 or (precision is Precision.AUTO and native),
        )

    @property
    def label(self) -> str:
        """Display name: the device's own name and the threads used."""
        if self.device.type == "cuda":
            return torch.cuda.get_device_name(self.device)
        if self.device.type == "mps":
            return "Apple GPU (MPS)"
        return f"CPU, {torch.get_num_threads()} threads ({_processor()})"

    @property
    def precision(self) -> str:
        """Precision by name: ``bf16`` or ``float32``."""
        return str(Precision.BF16 if self.bf16 else Precision.FLOAT32)

    @property
    def cache_dtype(self) -> torch.dtype:
        """Dtype of cached hidden states: exact in float32, rounded in bf16."""
        return torch.bfloat16 if self.bf16 else torch.float32

    @property
    def pooled_dtype(self) -> torch.dtype:
        """Dtype of cached pooled vectors: exact in float32, more precise than the pass in bf16."""
        return torch.float16 if self.bf16 else torch.float32

    @contextmanager
    def inference(self, model: nn.Module) -> Iterator[None]:
        """Run `model` without gradients; in bf16 round its weights once and restore them afterwards."""
        weights = [(p, p.data) for p in model.parameters()] if self.bf16 else []
        try:
            for parameter, weight in weights:
                parameter.data = weight.to(torch.bfloat16)
            packed = packed_linears(model) if self.bf16 and self.device.type == "cpu" else nullcontext()
            with torch.inference_mode(), packed:
                yield
        finally:
            for parameter, weight in weights:
                parameter.data = weight

    @property
    def width(self) -> int:
        """Number of batches processed in parallel without gradients."""
        return torch.get_num_threads() if self.device.type == "cpu" else 1

    @contextmanager
    def streams(self) -> Iterator[Streams]:
        """Map functions over batches, `width` of them in parallel."""
        if self.width == 1:
            yield sequentially
            return
        with in_parallel(self.width) as streams:
            yield streams

    def autocast(self) -> AbstractContextManager[object]:
        """Return the autocast context of the backbone."""
        if not self.bf16:
            return nullcontext()
        return torch.autocast(self.device.type, dtype=torch.bfloat16)


def native_bf16(device: Device) -> bool:
    """Whether `device` has bfloat16 hardware: AVX-512 bf16 or AMX on a CPU, Ampere or later on CUDA."""
    if device is Device.CUDA:
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device is Device.CPU:
        return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())
    return False


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    import platform

    return platform.processor() or platform.machine()
