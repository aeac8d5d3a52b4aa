"""The data set: ten measurements of 442 patients, and how far their diabetes had progressed a year later."""

from __future__ import annotations

import pandas as pd
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split

NAME = "diabetes"
TARGET = "target"


def load() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows to train on and the rows to test on.

    The split is the same in every run. If it followed the run's seed, each run would be measured on other data, and no
    two of them could be compared.
    """
    frame = load_diabetes(as_frame=True).frame
    training, testing = train_test_split(frame, test_size=0.3, random_state=0)
    return training, testing
