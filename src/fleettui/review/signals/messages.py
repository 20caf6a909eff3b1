"""What the words of a commit message would do once they are pushed."""

import re

_ISSUE = re.compile(
    rb"(?i)\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?|implement(?:s|ed)?):?\s+"
    rb"(?:[\w.-]+/[\w.-]+)?(?:#\d+|https?://[^\s/]+/[^\s]+/(?:issues|pull)/\d+)"
)
_SKIP = re.compile(
    rb"(?i)\[(?:skip[ -](?:ci|actions|netlify|vercel|render|circle)|(?:ci|actions)[ -]skip"
    rb"|no[ -]ci)\]|^skip-checks:\s*true|\*\*\*NO_CI\*\*\*",
    re.MULTILINE,
)
_MENTION = re.compile(rb"(?<![\w@./+-])@[A-Za-z0-9][A-Za-z0-9-]{1,38}(?![\w@.(/])")
_FOUND = 4


def side_effects(message: bytes) -> list[str]:
    """Words that close issues, skip checks or call people; each once, as clean as ASCII is."""
    found: dict[str, None] = {}
    for pattern in (_ISSUE, _SKIP, _MENTION):
        for match in pattern.finditer(message):
            found[" ".join(match[0].decode("utf-8", "replace").split())] = None
            if len(found) >= _FOUND:
                return list(found)
    return list(found)


def message_of(commit: bytes) -> bytes:
    """The message of a raw commit object."""
    return commit.partition(b"\n\n")[2]
