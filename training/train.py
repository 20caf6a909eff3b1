"""Learns the weights that the package ships: `make train`. The same texts give the same bytes."""

from pathlib import Path

import fleettui.routing.classifier
from fleettui.routing.classifier.features import features
from fleettui.routing.classifier.weights import pack
from training import trial
from training.data import own
from training.fit import PENALTY, fit, quantised

WEIGHTS = Path(fleettui.routing.classifier.__file__).with_name("weights.bin")
HEATS = tuple(step / 20 for step in range(6, 41))


def main() -> None:
    """Find how sure the model may be on batches it has not seen, then learn from all of them."""
    tasks = own()
    found = [pair for pair in trial.held_out(tasks, PENALTY) if "patterns" not in pair[0].source]
    heat = min(HEATS, key=lambda heat: trial.misfit(trial.answers(found, heat)))
    weights = quantised(*fit(tasks, [features(task.text) for task in tasks]), heat)
    WEIGHTS.write_bytes(pack(weights))
    given = trial.answers(found, heat)
    print(
        f"{len(tasks)} tasks, {WEIGHTS.stat().st_size} bytes, heat {heat}; held out:"
        f" categories {trial.share_right(given):.1%}, kinds {trial.share_kind(given):.1%}"
    )


if __name__ == "__main__":
    main()
