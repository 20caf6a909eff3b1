"""What a task is: fifteen kinds and the heartbeat, in four categories."""

from enum import StrEnum


class Category(StrEnum):
    """What sort of thinking a task needs; each has its own ladder of models."""

    MECHANICAL = "mechanical"
    REASONING = "reasoning"
    JUDGMENT = "judgment"
    NOVEL = "novel"


class Kind(StrEnum):
    """What a task is; the words are used in fleet.toml, on the command line and in JSON."""

    CODE_GENERATION = "code-generation"
    TEST_GENERATION = "test-generation"
    LINT_STYLE = "lint-style"
    COMMIT_MESSAGE = "commit-message"
    STORY_DRAFTING = "story-drafting"
    BACKLOG_GROOMING = "backlog-grooming"
    BUG_HUNTING = "bug-hunting"
    ELABORATION = "elaboration"
    GAP_ANALYSIS = "gap-analysis"
    CODE_REVIEW_SYNTHESIS = "code-review-synthesis"
    DECISION_GATE = "decision-gate"
    QA_VERIFICATION = "qa-verification"
    ARCHITECTURAL_DECISION = "architectural-decision"
    CONFLICT_RESOLUTION = "conflict-resolution"
    AMBIGUOUS = "ambiguous"
    HEARTBEAT = "heartbeat"

    @property
    def category(self) -> Category:
        """The category that the kind falls in."""
        return _CATEGORIES[self]


_CATEGORIES = {
    Kind.CODE_GENERATION: Category.MECHANICAL,
    Kind.TEST_GENERATION: Category.MECHANICAL,
    Kind.LINT_STYLE: Category.MECHANICAL,
    Kind.COMMIT_MESSAGE: Category.MECHANICAL,
    Kind.HEARTBEAT: Category.MECHANICAL,
    Kind.STORY_DRAFTING: Category.REASONING,
    Kind.BACKLOG_GROOMING: Category.REASONING,
    Kind.BUG_HUNTING: Category.REASONING,
    Kind.ELABORATION: Category.REASONING,
    Kind.GAP_ANALYSIS: Category.JUDGMENT,
    Kind.CODE_REVIEW_SYNTHESIS: Category.JUDGMENT,
    Kind.DECISION_GATE: Category.JUDGMENT,
    Kind.QA_VERIFICATION: Category.JUDGMENT,
    Kind.ARCHITECTURAL_DECISION: Category.NOVEL,
    Kind.CONFLICT_RESOLUTION: Category.NOVEL,
    Kind.AMBIGUOUS: Category.NOVEL,
}
