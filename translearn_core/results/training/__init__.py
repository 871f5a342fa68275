"""Results of trainings: history, summary, learning-rate search, pretraining."""
