"""The use cases: one function or small class each, given the `World` and nothing else."""
