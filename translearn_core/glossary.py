"""The glossary: each term of the field as it is used here, its meaning, and the page that shows it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """A term, what it means in one or two sentences, and the name of the page it is met on."""

    name: str
    meaning: str
    page: str


GLOSSARY: tuple[Term, ...] = (
    Term(
        "Activation cache",
        "Hidden states of frozen blocks, computed once and kept on disk, so that a second run on the "
        "same texts does not compute them again.",
        "train",
    ),
    Term(
        "Arm",
        "One condition of a study, for instance one recipe; its runs differ in the seed only.",
        "study",
    ),
    Term(
        "Augmentation",
        "Altered copies of training texts with words deleted, swapped or inserted (EDA), to learn "
        "from more variety.",
        "train",
    ),
    Term(
        "Backbone",
        "The pretrained model without a task: it turns a text into vectors, layer by layer.",
        "backbone",
    ),
    Term(
        "Block",
        "One transformer module of a backbone, counted from the input; block 0 comes first.",
        "backbone",
    ),
    Term(
        "Bootstrap interval",
        "A 95 % interval from rows drawn again and again with replacement; used for macro-F1.",
        "results",
    ),
    Term(
        "Boundary",
        "The lowest block that trains. Everything below it is frozen, computed once and cached.",
        "backbone",
    ),
    Term(
        "Calibration",
        "Whether a confidence of 80 % is right in 80 % of the cases; the reliability diagram shows it.",
        "evidence",
    ),
    Term(
        "Catastrophic forgetting",
        "What fine-tuning takes away of what the backbone could do before.",
        "evidence",
    ),
    Term(
        "CKA",
        "Centred kernel alignment: how similar two representations of the same texts are, from 0 to "
        "1, whatever their rotation and scale.",
        "evidence",
    ),
    Term(
        "Confusion matrix",
        "Rows are true classes, columns are predictions; off the diagonal are errors.",
        "results",
    ),
    Term(
        "Control task",
        "Random labels by first word: what a probe reaches on them it has memorised and not read from "
        "the representation.",
        "probes",
    ),
    Term(
        "Discriminative learning rates",
        "Lower blocks learn more slowly than upper ones, by a constant factor a block.",
        "recipe",
    ),
    Term(
        "Distillation",
        "A student learns from the probabilities of a finished teacher beside the labels.",
        "recipe",
    ),
    Term(
        "Early stopping",
        "Training ends after some epochs without improvement on validation; the best epoch is kept.",
        "train",
    ),
    Term(
        "ECE",
        "Expected calibration error: the mean distance between confidence and accuracy over bins of "
        "confidence.",
        "evidence",
    ),
    Term("Fine-tuning", "Training some or all blocks of a pretrained backbone on labelled texts.", "recipe"),
    Term(
        "Freeze plan",
        "Which blocks and embeddings train and which keep their pretrained weights.",
        "backbone",
    ),
    Term(
        "Gradual unfreezing",
        "Blocks start to train one after another from the top, stage by stage.",
        "recipe",
    ),
    Term(
        "H-score",
        "A transferability score: how far class means lie apart, measured in the spread of the features.",
        "evidence",
    ),
    Term(
        "Head",
        "The new layers on top of the pooled vector that give one score a class; it always trains.",
        "backbone",
    ),
    Term("L2-SP", "A penalty on the distance to the pretrained weights, instead of to zero.", "recipe"),
    Term(
        "Label efficiency",
        "The score against the number of labels, with transfer and without.",
        "evidence",
    ),
    Term(
        "Label issues",
        "Rows whose given label the model, asked out of fold, finds unlikely (confident learning).",
        "evidence",
    ),
    Term(
        "Layer",
        "A hidden state of the backbone: layer 0 is the embeddings, layer k comes after block k−1.",
        "probes",
    ),
    Term(
        "Leakage",
        "A text of the test rows that training rows hold as well; such rows are left out of training.",
        "data",
    ),
    Term(
        "Learning-rate finder",
        "A short run in which the learning rate rises until the loss explodes; the suggestion lies "
        "before that.",
        "train",
    ),
    Term(
        "Linear probe",
        "A logistic regression on frozen features of one layer: what that layer knows about the label.",
        "probes",
    ),
    Term(
        "LogME",
        "A transferability score: the evidence of a linear model of the labels on frozen features, "
        "without training.",
        "evidence",
    ),
    Term("LoRA", "Small low-rank matrices beside the frozen ones train instead of them.", "recipe"),
    Term(
        "Macro-F1",
        "The mean of the F1 scores of all classes, so that a rare class counts as much as a common one.",
        "results",
    ),
    Term(
        "Majority-class baseline",
        "The accuracy of always answering with the commonest class of the training rows.",
        "results",
    ),
    Term(
        "Masked language modelling",
        "Pretraining by hiding words and predicting them; it needs texts and no labels.",
        "backbone",
    ),
    Term(
        "Negative transfer",
        "The pretrained model does worse than the same model trained from scratch.",
        "evidence",
    ),
    Term("Per-class metrics", "Precision, recall and F1 of each class.", "results"),
    Term(
        "Pooling",
        "How the vectors of a text's tokens become one: their mean, the first or the last.",
        "recipe",
    ),
    Term(
        "Projection",
        "Texts as points in two dimensions, by PCA or UMAP. A picture, no evidence: the numbers stand "
        "below it.",
        "embeddings",
    ),
    Term("Recipe", "A named way to transfer: what trains, when and how fast.", "recipe"),
    Term(
        "Risk–coverage curve",
        "Accuracy on the texts the model is surest of, against the share of texts it answers.",
        "evidence",
    ),
    Term(
        "Run",
        "One experiment: data, backbone, freeze plan, recipe and seed, with all that came of it.",
        "runs",
    ),
    Term(
        "Seed",
        "The start of all random draws. Runs that differ in it alone show how much of a score is chance.",
        "train",
    ),
    Term("Selectivity", "Accuracy of a probe on the task less its accuracy on control tasks.", "probes"),
    Term(
        "Silhouette",
        "How far a text lies from its own class compared with the nearest other class, from −1 to 1.",
        "embeddings",
    ),
    Term(
        "Slices",
        "Parts of the test rows, by class, length, language or a column, each with its accuracy.",
        "evidence",
    ),
    Term("Study", "A grid of runs that answers one question, for instance which recipe is best.", "study"),
    Term(
        "Temperature scaling",
        "One number, chosen on validation, that makes all confidences higher or lower without "
        "changing an answer.",
        "evidence",
    ),
    Term("Transfer gain", "The score of a run less that of the same model trained from scratch.", "evidence"),
    Term(
        "Trustworthiness",
        "How many neighbours in a projection are neighbours in the full space too, from 0 to 1.",
        "embeddings",
    ),
    Term(
        "Validation and test rows",
        "Everything is chosen on validation rows; test rows are looked at once, to report.",
        "data",
    ),
    Term("Warm-up", "The learning rate rises from zero over the first steps.", "train"),
    Term("Weight drift", "How far the weights of each part moved from their pretrained values.", "results"),
    Term(
        "Wilson interval",
        "A 95 % interval of a share of rows that holds for few rows and near 0 or 1 too; used for "
        "accuracies.",
        "results",
    ),
)
"""All terms in alphabetical order."""


def as_markdown() -> str:
    """Return the glossary as a Markdown table."""
    rows = [f"| {term.name} | {term.meaning} | {term.page.capitalize()} |" for term in GLOSSARY]
    return "\n".join(["| term | meaning | page |", "|---|---|---|", *rows])
