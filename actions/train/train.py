"""Starts the Action from its own folder, where it finds nothing else of the repository that GitHub lays around it."""

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[2])
    from actions import toolkit
    from actions.train.training import main

    sys.exit(toolkit.run(main))
