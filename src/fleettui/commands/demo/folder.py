"""Deleting the demo's folder."""

import shutil
import time
from pathlib import Path

_TRIES = 20
_PAUSE_S = 0.1


def remove(folder: Path) -> None:
    """Delete the folder and all in it, also while a last script is still writing there."""
    for _ in range(_TRIES):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(_PAUSE_S)
