"""The review screen on a real terminal, which it lends to a real editor."""

import re
from pathlib import Path

from tests.lab.repos import executable
from tests.tui.terminal import terminal
from tests.tui.test_terminal import foreign_escapes


def test_reviewing_on_80_columns() -> None:
    with terminal("review", size=(80, 24)) as term:
        term.until("5 reviews")
        term.type("r")
        term.until("Fix the retry loop")
        term.type("j\r")
        term.until("def dequeue(self, limit)")
        term.type("a")
        term.until("acknowledge 2 signals first")
        term.type("b")
        term.until("tests/test_queue.py  1 test was deleted")
        term.type("b")
        term.until("▸✓ 2/3")
        term.type("a")
        term.until("approved agent/t-43 at")
        term.type("q")
        assert term.ended() == 0
    assert foreign_escapes(term.raw) == []


def test_the_terminal_is_the_editors_until_it_is_closed(tmp_path: Path) -> None:
    script = executable(
        tmp_path / "editor.sh",
        '#!/bin/sh\ntrap "" INT\necho "looking at $1"\ncat "$1"\n'
        'read answer\necho "$answer" >"$0.answer"\n',
    )
    with terminal("review", environment={"VISUAL": str(script)}) as term:
        term.until("5 reviews")
        term.type("r")
        term.until("def dequeue(self, limit)")
        term.type("\te")
        text = term.until("looking at /")
        assert re.search(r"/fleettui-\w+/copy-dequeue.py", text)
        term.until("two")
        term.type("\x03fine\n")
        term.until("was a copy: nothing was changed")
        term.until("def dequeue(self, limit)")
        term.type("q")
        assert term.ended() == 0
    assert Path(f"{script}.answer").read_text() == "fine\n"
