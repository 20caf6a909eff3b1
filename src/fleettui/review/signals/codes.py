"""The words by which signals are known. docs/review-signals.md tells each of them."""

from enum import StrEnum


class Code(StrEnum):
    """What a signal is about. The words stay: scripts and acknowledgements name them."""

    AGENT_INSTRUCTIONS = "agent-instructions"
    BIDI = "bidi"
    BINARY = "binary"
    BUILD_FILE = "build-file"
    CONTROL = "control"
    DECEPTIVE_NAME = "deceptive-name"
    EMBEDDED_REPOSITORY = "embedded-repository"
    GIT_SETTINGS = "git-settings"
    INVISIBLE = "invisible"
    LARGE_FILE = "large-file"
    LOCK_FILE = "lock-file"
    LOOKALIKE = "lookalike"
    MAYBE_SECRET = "maybe-secret"
    MESSAGE = "message"
    MODE = "mode"
    NUL_IN_TEXT = "nul-in-text"
    ODD_MODE = "odd-mode"
    ODD_NAME = "odd-name"
    PRIVATE_FILE = "private-file"
    RUNS_LATER = "runs-later"
    SECRET = "secret"
    SUBMODULE = "submodule"
    SYMLINK = "symlink"
    TESTS_REMOVED = "tests-removed"
    TESTS_SKIPPED = "tests-skipped"
    TOO_LARGE = "too-large"
    TWIN_NAME = "twin-name"
    UNREAD = "unread"
    UNRELATED_HISTORY = "unrelated-history"


REMARKS = frozenset(
    {
        Code.BINARY,
        Code.BUILD_FILE,
        Code.LARGE_FILE,
        Code.LOCK_FILE,
        Code.MAYBE_SECRET,
        Code.MESSAGE,
        Code.MODE,
        Code.ODD_NAME,
        Code.TESTS_REMOVED,
        Code.TESTS_SKIPPED,
    }
)
"""Codes that only inform, unless a finding says otherwise. All others block."""
