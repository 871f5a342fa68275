"""Catalog of recipes, for backbones of any depth."""

from translearn_core.config.enums import HeadKind, LayerCombination, Tuning
from translearn_core.config.experiment import ExperimentConfig
from translearn_core.config.model import HeadConfig, TuningConfig
from translearn_core.config.recipes.builders import (
    bottom_up,
    contrastive,
    frozen,
    full,
    gradual,
    lp_ft,
    smaller,
    top,
)
from translearn_core.config.recipes.recipe import Family, Recipe, RecipeName
from translearn_core.errors import ConfigError

BERT_TABLE = "Devlin et al. 2018, arXiv:1810.04805, table 7"

RECIPES: dict[RecipeName, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            RecipeName.LINEAR,
            Family.FROZEN,
            "Feature extraction, linear",
            "The backbone stays as it is; one linear layer learns to read what it says.",
            "A first look, few labels, many classes to try; the yardstick for everything below.",
            "One pass over the texts, then moments.",
            "Alain & Bengio 2016, arXiv:1610.01644",
            frozen(),
        ),
        Recipe(
            RecipeName.PROBE,
            Family.FROZEN,
            "Linear probe",
            "Logistic regression on the frozen backbone, its strength chosen by cross-validation.",
            "The fastest model to keep: no rate, no epochs, nothing to tune; hard to beat with few labels.",
            "One pass over the texts, then seconds.",
            "Alain & Bengio 2016, arXiv:1610.01644",
            frozen(head=HeadConfig(kind=HeadKind.PROBE), training={"epochs": 1}),
        ),
        Recipe(
            RecipeName.DENSE,
            Family.FROZEN,
            "Feature extraction, dense",
            "A hidden layer of 1,024 ReLU units on the frozen backbone, then a linear layer.",
            "When a linear head is not enough and there are some thousand labels.",
            "One pass over the texts, then seconds.",
            "Yosinski et al. 2014, arXiv:1411.1792",
            frozen(head=HeadConfig(kind=HeadKind.MLP, width=1024, dropout=0.3)),
        ),
        Recipe(
            RecipeName.SECOND_LAST,
            Family.FROZEN,
            "Second-last layer",
            "A linear head reads the layer below the top one.",
            "When the last layer is bent to what the backbone was trained for.",
            "Nothing once the texts have been encoded.",
            BERT_TABLE,
            frozen(LayerCombination.SECOND_LAST),
        ),
        Recipe(
            RecipeName.SUM_4,
            Family.FROZEN,
            "Sum of the last four layers",
            "A linear head reads the sum of the last four layers.",
            "To use several layers without a longer vector.",
            "Nothing once the texts have been encoded.",
            BERT_TABLE,
            frozen(LayerCombination.SUM_4),
        ),
        Recipe(
            RecipeName.CONCAT_4,
            Family.FROZEN,
            "Last four layers side by side",
            "A linear head reads the last four layers, one after another in one long vector.",
            "The best frozen features in BERT's own comparison; wants some hundred labels.",
            "Nothing once the texts have been encoded; a head four times as wide.",
            BERT_TABLE,
            frozen(LayerCombination.CONCAT_4),
        ),
        Recipe(
            RecipeName.MIX,
            Family.FROZEN,
            "Learned mix of all layers",
            "A weight for every layer is learned with the head, and shows which layers the task reads.",
            "To see where the knowledge sits.",
            "Nothing once the texts have been encoded.",
            "ELMo: Peters et al. 2018, arXiv:1802.05365",
            frozen(LayerCombination.MIX),
        ),
        Recipe(
            RecipeName.LAST_K,
            Family.PART,
            "Last blocks",
            "The top blocks and the head train; what lies below is computed once and kept.",
            "The best value for money on most tables of a few thousand rows.",
            "A fraction of full fine-tuning: it grows with the number of blocks.",
            "Lee et al. 2019, arXiv:1911.03090",
            top(),
            depth=2,
        ),
        Recipe(
            RecipeName.BITFIT,
            Family.PART,
            "Biases only (BitFit)",
            "Every block trains, but only its biases: less than one parameter in a thousand moves.",
            "When many tasks share one backbone and each may keep only a few kilobytes.",
            "Little less time than full fine-tuning, hardly any memory.",
            "Ben Zaken et al. 2021, arXiv:2106.10199",
            top(tuning=TuningConfig(kind=Tuning.BIASES), training={"epochs": 5, "lr": 2e-3}),
        ),
        Recipe(
            RecipeName.NORMS,
            Family.PART,
            "Norms only",
            "Every block trains, but only the scales and shifts of its normalisation layers.",
            "As BitFit; also for backbones that have no biases.",
            "Little less time than full fine-tuning, hardly any memory.",
            "Qi et al. 2022, arXiv:2211.00635",
            top(tuning=TuningConfig(kind=Tuning.NORMS), training={"epochs": 5, "lr": 2e-3}),
        ),
        Recipe(
            RecipeName.LORA,
            Family.PART,
            "LoRA",
            "Small pairs of matrices beside every linear layer learn what to add; the backbone itself stays.",
            "Large backbones, or many tasks on one backbone; close to full fine-tuning.",
            "Little less time than full fine-tuning, one or two parameters in a hundred.",
            "Hu et al. 2021, arXiv:2106.09685",
            top(tuning=TuningConfig(kind=Tuning.LORA), training={"epochs": 3, "lr": 1e-3}),
        ),
        Recipe(
            RecipeName.ADAPTERS,
            Family.PART,
            "Bottleneck adapters",
            "Two small networks in every block, each added to its own input, learn with the block's norms.",
            "Many tasks on one backbone, as LoRA; the first method of its kind, often the yardstick.",
            "Little less time than full fine-tuning, a few parameters in a hundred.",
            "Houlsby et al. 2019, arXiv:1902.00751",
            top(tuning=TuningConfig(kind=Tuning.ADAPTERS), training={"epochs": 3, "lr": 1e-3}),
        ),
        Recipe(
            RecipeName.DISTIL,
            Family.WHOLE,
            "Distillation",
            "The lower half of the backbone learns what a finished run says of every text, doubts included.",
            "When predicting must be fast or the model small; choose the run that teaches.",
            "Less than full fine-tuning of the whole backbone.",
            "Hinton et al. 2015, arXiv:1503.02531",
            smaller,
            teacher=True,
        ),
        Recipe(
            RecipeName.FULL,
            Family.WHOLE,
            "Full fine-tuning",
            "Everything trains: embeddings, all blocks and the head.",
            "Thousands of labels and time at hand; usually the highest score, and the most forgotten.",
            "Every text through the whole backbone in every epoch.",
            BERT_TABLE,
            full(training={"epochs": 3}),
        ),
        Recipe(
            RecipeName.DISCRIMINATIVE,
            Family.WHOLE,
            "Discriminative rates",
            "Everything trains, each block at 0.7 of the rate of the block above: what came from the source "
            "moves slowly, what is new moves fast.",
            "As full fine-tuning where the source is close and ought to be kept.",
            "As full fine-tuning.",
            "ULMFiT: Howard & Ruder 2018, arXiv:1801.06146",
            full(training={"epochs": 3, "lr": 2e-4, "layer_decay": 0.7}),
        ),
        Recipe(
            RecipeName.LP_FT,
            Family.STEPS,
            "Head first, then everything (LP-FT)",
            "The head learns on the frozen backbone until it gains no more; only then does everything train.",
            "When new texts will differ from the training ones: features are not bent by a raw head.",
            "As full fine-tuning; the first stage costs moments.",
            "Kumar et al. 2022, arXiv:2202.10054",
            lp_ft,
        ),
        Recipe(
            RecipeName.CONTRASTIVE,
            Family.STEPS,
            "Contrastive fine-tuning, then a head (SetFit)",
            "Pairs of labelled texts train the backbone: one class close together, others apart. Then a "
            "linear head is fitted.",
            "Few labels: a handful of texts of a class already makes dozens of pairs. One class a text.",
            "As full fine-tuning with as many epochs as a text has draws; little on few texts.",
            "Tunstall et al. 2022, arXiv:2209.11055",
            contrastive,
        ),
        Recipe(
            RecipeName.GRADUAL,
            Family.STEPS,
            "Gradual unfreezing, top down",
            "The head first, then one more block in each stage, from the top down, at slanted rates.",
            "Few labels, or training that forgets: each block starts when those above have settled.",
            "Less than the same number of epochs of full fine-tuning: what is still frozen is kept.",
            "ULMFiT: Howard & Ruder 2018, arXiv:1801.06146",
            gradual,
        ),
        Recipe(
            RecipeName.BOTTOM_UP,
            Family.STEPS,
            "Bottom up, one block at a time",
            "The head, then each block alone from the bottom up, then all together.",
            "Small noisy sets: each block finds its place while the others hold still.",
            "About one epoch of full fine-tuning for every two blocks.",
            "Chain-thaw: Felbo et al. 2017, arXiv:1708.00524",
            bottom_up,
        ),
        Recipe(
            RecipeName.SCRATCH,
            Family.CONTROL,
            "From scratch",
            "The same architecture with fresh weights: what the task alone can teach, no transfer.",
            "The control: whatever scores below it did not help.",
            "More epochs than full fine-tuning, for less.",
            "Yosinski et al. 2014, arXiv:1411.1792",
            full(backbone={"random_init": True}, training={"epochs": 10, "lr": 3e-4}),
        ),
    )
}
"""Recipes by name."""


def recipe(name: str) -> Recipe:
    """Return a recipe by name; raises `ConfigError` if there is none."""
    try:
        return RECIPES[RecipeName(name)]
    except ValueError:
        raise ConfigError("recipe", name, f"one of {', '.join(RecipeName)}") from None


def match_recipe(config: ExperimentConfig, n_blocks: int) -> RecipeName | None:
    """Return the recipe that yields exactly `config` at some depth, or None."""
    return next((name for name, recipe in RECIPES.items() if recipe.matches(config, n_blocks)), None)


def closest_recipe(config: ExperimentConfig, n_blocks: int) -> RecipeName | None:
    """Return the recipe that `config` equals or resembles; None for a plain freeze plan."""
    if (name := match_recipe(config, n_blocks)) is not None:
        return None if name in (RecipeName.LINEAR, RecipeName.LAST_K) else name
    special = (
        config.stages,
        config.distil,
        config.backbone.random_init,
        config.tuning.kind is not Tuning.ALL,
        config.features.layer_combination is not LayerCombination.LAST,
    )
    if not any(special):
        return None
    similar = (name for name, recipe in RECIPES.items() if recipe.matches(config, n_blocks, loosely=True))
    return next(similar, None)
