"""`python -m bench [NAME …]`.

- snapshot: `fleettui --json`, of this machine and of ten
- paint: start of the dashboard, beside Textual and glances
- load: a dashboard that is left open: processor, memory, keys; with repositories too
- diff_view: the diff widget alone, beside Textual's Log
- review_read: lists and patches, beside git; equality with git on clones in BENCH_REPOS
- review_forecast: fifty open changes, beside the same git commands alone
- review_app: the review screen of the real program, in tmux

`python -m bench.turns FILE …` runs fleettui and writes down long turns of its event loop.
"""

import platform
import sys
from importlib import import_module

NAMES = (
    "snapshot",
    "paint",
    "load",
    "diff_view",
    "review_read",
    "review_forecast",
    "review_app",
    "route",
)


def main(names: list[str]) -> int:
    """Run the named benchmarks, without names all; the exit code."""
    wrong = [name for name in names if name not in NAMES]
    if wrong:
        print(f"bench: there is no {wrong[0]}: choose of {', '.join(NAMES)}", file=sys.stderr)
        return 2
    print(f"Python {platform.python_version()} on {platform.system()} {platform.machine()}")
    for name in names or NAMES:
        import_module(f"bench.{name}").run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
