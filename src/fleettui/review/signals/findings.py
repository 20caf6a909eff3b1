"""Collecting what was found into few signals: one for each code and path."""

from dataclasses import dataclass, field

from fleettui.model.change import Signal
from fleettui.model.text import clean
from fleettui.review.signals.codes import REMARKS, Code

PER_CODE = 20
"""Signals of one code; what is beyond becomes one more that counts and names them."""

DETAILS = 3
"""Reasons told in one signal."""

_DETAIL_LIMIT = 200
_NAMED = 3


@dataclass(slots=True)
class _Finding:
    blocking: bool
    details: list[str] = field(default_factory=list)
    count: int = 0


@dataclass(slots=True)
class Findings:
    """What was found so far. A path is clean text, "" for the whole change."""

    _found: dict[tuple[Code, str], _Finding] = field(default_factory=dict)

    def add(self, code: Code, path: str, detail: str, *, blocking: bool | None = None) -> None:
        """Note one finding; `blocking` None: as is usual for the code."""
        blocks = code not in REMARKS if blocking is None else blocking
        finding = self._found.setdefault((code, path), _Finding(blocks))
        finding.blocking = finding.blocking or blocks
        finding.count += 1
        if len(finding.details) < DETAILS and detail not in finding.details:
            finding.details.append(detail)

    def signals(self) -> tuple[Signal, ...]:
        """Everything found, what blocks first, then by path and code."""
        groups: dict[tuple[Code, bool], list[Signal]] = {}
        for (code, path), finding in sorted(self._found.items()):
            signal = Signal(str(code), path, _told(finding), finding.blocking)
            groups.setdefault((code, finding.blocking), []).append(signal)
        kept = [signal for group in groups.values() for signal in _folded(group)]
        return tuple(sorted(kept, key=lambda s: (not s.blocking, s.path, s.code)))


def _told(finding: _Finding) -> str:
    more = finding.count - len(finding.details)
    told = "; ".join(finding.details) + (f"; and {more} more" if more > 0 else "")
    return clean(told, limit=_DETAIL_LIMIT)


def _folded(group: list[Signal]) -> list[Signal]:
    if len(group) <= PER_CODE + 1:
        return group
    rest = group[PER_CODE:]
    named = ", ".join(signal.path for signal in rest[:_NAMED])
    detail = clean(f"and {len(rest)} more: {named}, …", limit=_DETAIL_LIMIT)
    return [*group[:PER_CODE], Signal(rest[0].code, "", detail, rest[0].blocking)]
