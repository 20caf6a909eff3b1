"""What importing the router loads, looked at in a fresh interpreter."""

import subprocess
import sys

SLOW = ("asyncio", "httpcore", "random", "regex", "sqlite3", "tomllib", "textual")


def test_a_decision_needs_nothing_slow_before_there_is_a_rule() -> None:
    look = f"import fleettui.routing.decide, sys; print(*({set(SLOW)!r} & sys.modules.keys()))"
    done = subprocess.run(
        [sys.executable, "-c", look], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == []
