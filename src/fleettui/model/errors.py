"""Everything that can go wrong and is not a bug.

FleettuiError               one line for the user, and what to do about it
├── UsageError              the command line is wrong                      exit 2
├── ConfigError             fleet.toml is wrong: names file, line and key  exit 2
├── OperationFailed         what was asked for could not be done           exit 1
├── Refused                 not done, to protect the user                  exit 3
└── ReadError               a source could not be read: data, not a crash
    ├── Unreachable         no connection                                  state down
    ├── TimedOut            connected, but no answer in time               state down
    ├── AuthRefused         the machine refuses our keys                   state auth
    ├── HostKeyUnknown      never seen this machine's key                  state hostkey
    ├── HostKeyChanged      the machine's key is not the one we know       state hostkey
    ├── ProxyDown           the configured proxy does not serve us         state proxy
    ├── SourceBusy          it answers, but is loading                     state busy
    ├── SourceAbsent        looked for, and not there: nobody asked for it state absent
    └── Malformed           the answer makes no sense                      state error
"""

from fleettui.model.reading import SourceState


class FleettuiError(Exception):
    """Base of every expected failure. `text` says what is wrong, `remedy` what to do."""

    exit_code = 1

    def __init__(self, text: str, remedy: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.text}: {self.remedy}" if self.remedy else self.text


class UsageError(FleettuiError):
    """The command line asks for something that does not exist."""

    exit_code = 2


class ConfigError(FleettuiError):
    """fleet.toml (or a file that it names) is wrong."""

    exit_code = 2

    def __init__(
        self, text: str, remedy: str = "", *, file: str = "", line: int | None = None, key: str = ""
    ) -> None:
        super().__init__(text, remedy)
        self.file = file
        self.line = line
        self.key = key

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        parts = [part for part in (place, self.key, super().__str__()) if part]
        return ": ".join(parts)


class OperationFailed(FleettuiError):
    """It was tried, and it did not work."""


class Refused(FleettuiError):
    """It was not tried, because it could harm the user's work."""

    exit_code = 3


class ReadError(FleettuiError):
    """A source of a machine could not be read; `state` is what the source is shown as."""

    state = SourceState.ERROR


class Unreachable(ReadError):
    """No connection to the machine or the port."""

    state = SourceState.DOWN


class TimedOut(ReadError):
    """The deadline passed before the answer was complete."""

    state = SourceState.DOWN


class AuthRefused(ReadError):
    """The machine refuses every key that we have; never retried by itself."""

    state = SourceState.AUTH


class HostKeyUnknown(ReadError):
    """The machine shows a key that no known-hosts file lists; never retried by itself."""

    state = SourceState.HOSTKEY

    def __init__(self, text: str, remedy: str = "", *, fingerprint: str = "") -> None:
        super().__init__(text, remedy)
        self.fingerprint = fingerprint


class HostKeyChanged(ReadError):
    """The machine shows another key than the one we know; never retried by itself."""

    state = SourceState.HOSTKEY

    def __init__(self, text: str, remedy: str = "", *, known: str = "", shown: str = "") -> None:
        super().__init__(text, remedy)
        self.known = known
        self.shown = shown


class ProxyDown(ReadError):
    """The configured proxy refuses, or cannot reach the machine."""

    state = SourceState.PROXY


class SourceBusy(ReadError):
    """The service answers its cheapest question, but not this one: it is loading."""

    state = SourceState.BUSY


class SourceAbsent(ReadError):
    """Nothing is there, and nobody configured that it should be: no failure, and ignored."""

    state = SourceState.ABSENT


class Malformed(ReadError):
    """The answer cannot be understood; `text` says what was wrong with it, in clean text."""
