"""The ladders that hold where fleet.toml has none: what each kind of task starts with.

Data. A row says for one sort of work which model was made for it and which level of price it
starts at; work that starts at one level goes up to the next when it is not good enough.
"""

from dataclasses import dataclass
from enum import IntEnum

from fleettui.model.kind import Category, Kind


class Level(IntEnum):
    """How dear a model is: for nothing, for every day, or for the few tasks that need it."""

    LOCAL = 1
    CHEAP = 2
    RARE = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One sort of work, the model that does it, and the level where it starts."""

    work: str
    kind: Kind
    model: str
    level: Level


_CODER = "qwen2.5-coder:32b"
_REASONER = "deepseek-r1:32b"
_SONNET = "claude-sonnet-4.5"
_OPUS = "claude-opus-4.6"

ROWS = (
    Row("Code generation", Kind.CODE_GENERATION, _CODER, Level.LOCAL),
    Row("Test generation", Kind.TEST_GENERATION, _CODER, Level.LOCAL),
    Row("Lint / style / pattern checks", Kind.LINT_STYLE, _CODER, Level.LOCAL),
    Row("Commit message generation", Kind.COMMIT_MESSAGE, _CODER, Level.LOCAL),
    Row("Story drafting", Kind.STORY_DRAFTING, _REASONER, Level.LOCAL),
    Row("Backlog grooming", Kind.BACKLOG_GROOMING, _REASONER, Level.LOCAL),
    Row("Bug hunting / exploration", Kind.BUG_HUNTING, _REASONER, Level.LOCAL),
    Row("Elaboration (first pass)", Kind.ELABORATION, _REASONER, Level.LOCAL),
    Row("Elaboration (escalated)", Kind.ELABORATION, _SONNET, Level.CHEAP),
    Row("Gap analysis", Kind.GAP_ANALYSIS, _SONNET, Level.CHEAP),
    Row("Code review synthesis", Kind.CODE_REVIEW_SYNTHESIS, _SONNET, Level.CHEAP),
    Row("Decision gates", Kind.DECISION_GATE, _SONNET, Level.CHEAP),
    Row("QA verification", Kind.QA_VERIFICATION, _SONNET, Level.CHEAP),
    Row("Architectural decisions", Kind.ARCHITECTURAL_DECISION, _OPUS, Level.RARE),
    Row("Conflict resolution", Kind.CONFLICT_RESOLUTION, _OPUS, Level.RARE),
)

FREE_ONLY = frozenset({Kind.HEARTBEAT})
"""Kinds that never cost anything, unless the user gave them a ladder of their own."""

FOLLOWS = {Kind.AMBIGUOUS: Category.JUDGMENT}
"""Kinds that go another category's way: who does not know what to do asks the cheapest judge."""

ESCALATES = {Kind.ELABORATION: Category.JUDGMENT}
"""Kinds whose ladder ends with the first paid rung of a category's, where it has none itself."""

_REASONERS = (_REASONER, "deepseek-r1*", "qwq*", "gpt-oss*", "*reason*", "qwen3*")

MADE_FOR = {
    Category.MECHANICAL: (_CODER, "*coder*", "devstral*", "codestral*", "gpt-oss*", "qwen3*"),
    Category.REASONING: _REASONERS,
    Category.JUDGMENT: (_SONNET, "*sonnet*", *_REASONERS),
    Category.NOVEL: (_OPUS, "*opus*", *_REASONERS),
}
"""Which models a category prefers among those of one level, best first."""

LEVEL_NAMES = {Level.CHEAP: "*sonnet*", Level.RARE: "*opus*"}
"""Models by which a paid tier of the fleet is recognized; prices decide where none is."""

TOKENS = {
    Kind.CODE_GENERATION: (40_000, 6_500),
    Kind.TEST_GENERATION: (35_000, 7_000),
    Kind.LINT_STYLE: (20_000, 4_000),
    Kind.COMMIT_MESSAGE: (4_000, 300),
    Kind.STORY_DRAFTING: (10_000, 3_000),
    Kind.BACKLOG_GROOMING: (15_000, 3_000),
    Kind.BUG_HUNTING: (60_000, 5_000),
    Kind.ELABORATION: (20_000, 4_000),
    Kind.GAP_ANALYSIS: (50_000, 4_000),
    Kind.CODE_REVIEW_SYNTHESIS: (40_000, 3_000),
    Kind.DECISION_GATE: (20_000, 2_000),
    Kind.QA_VERIFICATION: (40_000, 3_000),
    Kind.ARCHITECTURAL_DECISION: (50_000, 6_000),
    Kind.CONFLICT_RESOLUTION: (40_000, 5_000),
    Kind.AMBIGUOUS: (10_000, 2_000),
    Kind.HEARTBEAT: (2_000, 200),
}
"""Tokens in and out that a task of a kind takes, for the estimate before anything was measured."""


def levels(kind: Kind) -> tuple[Level, ...]:
    """The levels that a kind climbs, the one where it starts first."""
    if kind in FREE_ONLY:
        return (Level.LOCAL,)
    own = tuple(row.level for row in ROWS if row.kind is kind) or (Level.CHEAP,)
    if len(own) > 1 or own[0] is Level.RARE:
        return own
    return (own[0], Level(own[0] + 1))
