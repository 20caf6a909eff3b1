"""A stand-in for the system's keyring: entries in a JSON file named by FILE_KEYRING.

Chosen with PYTHON_KEYRING_BACKEND=tests.lab.file_keyring.FileKeyring; the real `keyring` library
loads and asks it as it would ask the keyring of a desktop.
"""

import json
import os
from typing import Any

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordSetError


class FileKeyring(KeyringBackend):
    """Service and name joined by a slash give the secret; "locked" is what its name says."""

    priority: Any = 1

    def get_password(self, service: str, username: str) -> str | None:
        if username == "locked":
            raise KeyringLocked("the keyring is locked")
        with open(os.environ["FILE_KEYRING"], encoding="utf-8") as stream:
            entries: dict[str, str] = json.load(stream)
        return entries.get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        """Entries are written by the test itself."""
        raise PasswordSetError("this keyring is read only")
