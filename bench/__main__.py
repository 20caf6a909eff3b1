"""`python -m bench [NAME …]`."""

import platform
import sys
from importlib import import_module

NAMES = ("snapshot", "paint", "load", "diff_view", "review_read", "review_forecast")


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
