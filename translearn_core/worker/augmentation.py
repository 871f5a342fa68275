"""Preview of data augmentation."""

from translearn_core.analysis.stratified_sampling import stratified_sample
from translearn_core.backbones import load
from translearn_core.config import Split
from translearn_core.config.text_cells import split_sides
from translearn_core.jobs import AugmentationPreviewConfig
from translearn_core.results import AugmentationPreview
from translearn_core.runs import artifacts
from translearn_core.transfer.augmentation import eda_copies
from translearn_core.worker.context import Context
from translearn_core.worker.data_loading import load_prepared


def preview_augmentation(context: Context[AugmentationPreviewConfig]) -> None:
    """Augment a stratified sample of training texts exactly as training does."""
    config = context.config
    context.report("reading the data")
    prepared = load_prepared(context.store.workspace, config.data)
    train = prepared.split_indices(Split.TRAIN)
    index = train[stratified_sample(prepared.strata[train], config.texts, 0)]
    context.report("loading the backbone")
    backbone = load(config.backbone)
    texts = split_sides([prepared.texts[i] for i in index])
    copies = eda_copies(texts, config.augment, backbone)
    artifacts.save(
        context.folder,
        AugmentationPreview(
            original=tuple(text for text in texts for _ in range(config.augment.copies)),
            altered=tuple(copy.text for copy in copies),
            left_out=tuple(copy.deleted for copy in copies),
            swapped=tuple(copy.swapped for copy in copies),
            added=tuple(copy.inserted for copy in copies),
        ),
    )
