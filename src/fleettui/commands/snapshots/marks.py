"""The shape of each state: a glyph and a style, so that colour never carries meaning alone."""

from fleettui.commands.output import Style
from fleettui.model.reading import SourceState
from fleettui.model.service import ServiceState
from fleettui.model.view import Level
from fleettui.model.worktree import AgentState

Mark = tuple[str, Style]

FINE: Mark = ("●", Style.OK)
WORKING: Mark = ("⟳", Style.WORK)
OLD: Mark = ("◌", Style.WARN)
ATTENTION: Mark = ("▲", Style.WARN)
REFUSED: Mark = ("▲", Style.BAD)
BROKEN: Mark = ("✕", Style.BAD)
NOTHING: Mark = ("·", Style.DIM)
UNKNOWN: Mark = ("◌", Style.DIM)

SOURCE = {
    SourceState.OK: FINE,
    SourceState.ABSENT: NOTHING,
    SourceState.BUSY: WORKING,
    SourceState.LATE: OLD,
    SourceState.STALE: OLD,
    SourceState.PROXY: REFUSED,
    SourceState.AUTH: REFUSED,
    SourceState.HOSTKEY: REFUSED,
    SourceState.DOWN: BROKEN,
    SourceState.ERROR: BROKEN,
}

SERVICE = {
    ServiceState.UP: FINE,
    ServiceState.DOWN: BROKEN,
    ServiceState.DEGRADED: ATTENTION,
    ServiceState.STALE: ATTENTION,
    ServiceState.UNKNOWN: UNKNOWN,
}

AGENT = {
    AgentState.RUNNING: WORKING,
    AgentState.WAITING: ATTENTION,
    AgentState.DONE: FINE,
    AgentState.FAILED: BROKEN,
    AgentState.LOST: BROKEN,
    AgentState.UNKNOWN: UNKNOWN,
}

LEVEL = {Level.INFO: NOTHING, Level.WARNING: ATTENTION, Level.CRITICAL: BROKEN}
