from fleettui.commands.doctor.line import Line, State
from fleettui.commands.doctor.table import rows, summary
from fleettui.commands.output import paint

LINES = (
    Line(None, "config", State.OK, "fleet.toml, 2 machines"),
    Line("engine", "models", State.FAILED, "a:1 is missing", "ollama pull a:1"),
    Line("engine", "clock", State.WARNING, "2h behind ours", "switch on network time"),
    Line("box", "disk", State.SKIPPED, "not asked"),
)


def test_columns_line_up_and_remedies_follow() -> None:
    assert [paint(row, colour=False) for row in rows(LINES, 6)] == [
        "● here    config        fleet.toml, 2 machines",
        "✕ engine  models        a:1 is missing",
        "                        → ollama pull a:1",
        "▲ engine  clock         2h behind ours",
        "                        → switch on network time",
        "– box     disk          not asked",
    ]
    assert paint(summary(LINES), colour=False) == "1 failed, 1 to look at, 1 fine"


def test_nothing_that_a_machine_says_acts_on_the_terminal() -> None:
    line = Line("box", "ollama", State.FAILED, "\x1b[2J", "\x1b]52;c;x\x07")
    for row in rows([line], 3):
        assert "\x1b" not in paint(row, colour=False)
