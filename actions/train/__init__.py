"""Trains under MLflow so that the runs name the pull request; `action.yml` starts `train.py`, which starts the rest."""
