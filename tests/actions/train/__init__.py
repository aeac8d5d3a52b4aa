"""The Action `train` and the workflows: each module by itself, and all of it by the real act and a real MLflow."""
