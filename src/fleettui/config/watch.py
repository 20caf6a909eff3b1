"""Notices that fleet.toml was changed, by looking at it from time to time."""

import os
from collections.abc import Mapping
from pathlib import Path

from fleettui.config.load import load
from fleettui.model.errors import ConfigError
from fleettui.model.fleet import Fleet

Signature = tuple[int, int, int, int]
"""Device, inode, size and time of change of a file."""


class ConfigWatch:
    """The configuration file as it was when it was last looked at.

    Make it before the file is loaded, so that no change falls between the two; `known` is the
    fleet in use. A file that is gone for a moment, as editors do, changes nothing.
    """

    def __init__(
        self, path: Path, known: Fleet | None = None, environ: Mapping[str, str] | None = None
    ) -> None:
        self._path = path
        self._known = known
        self._environ = environ
        self._read_at = self._noticed = _signature(path)
        self._complaint = ""

    def changed(self) -> Fleet | None:
        """The new fleet once it differs from the one in use, None where nothing changed.

        Raises ConfigError once for each wrong content; the fleet in use stays. Costs one `stat`
        where nothing changed. A change is read at the second look that finds the file the same,
        so that one that is just being written is not taken for the whole.
        """
        now = _signature(self._path)
        if now is None or now == self._read_at:
            return None
        if now != self._noticed:
            self._noticed = now
            return None
        self._read_at = now
        return self._read()

    def _read(self) -> Fleet | None:
        try:
            fleet = load(self._path, self._environ)
        except ConfigError as error:
            if str(error) == self._complaint:
                return None
            self._complaint = str(error)
            raise
        self._complaint = ""
        if fleet == self._known:
            return None
        self._known = fleet
        return fleet


def _signature(path: Path) -> Signature | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
