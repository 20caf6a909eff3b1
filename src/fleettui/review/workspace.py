"""Where a repository is reviewed: its quarantine, its refs, its lock.

Three repositories, three levels of trust. `M`, the clone on a machine, is an agent's: only
`git upload-pack` ever runs there. `Q`, the quarantine, is bare and ours alone: everything that
an agent made is read and merged here. `U`, the user's clone, only ever gets what was approved.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fleettui.git.runner import Git
from fleettui.model.repo import Repo

TARGET = "refs/fleet/target"
"""In `Q`: the tip of the target branch of `U`, as last read."""

INCOMING = "refs/fleet/in"
"""In `Q`: `refs/fleet/in/MACHINE/TASK`, the heads of the agents' branches."""

PINS = "refs/fleet/pin"
"""In `Q`: `refs/fleet/pin/OID`, objects that must outlive the branch that they came from."""

BACKUPS = "refs/fleet/backup"
"""In `Q`: `refs/fleet/backup/MACHINE/TASK/OID`, heads of branches that were removed."""

LANDED = "refs/fleettui/landed"
"""In `U`: `refs/fleettui/landed/OID`, what was or is being landed."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """One repository under review. `folder` (mode 0700) holds the quarantine and the lock."""

    repo: Repo
    folder: Path

    @property
    def quarantine(self) -> Path:
        """The bare repository `Q`."""
        return self.folder / "quarantine.git"

    @property
    def lock(self) -> Path:
        """The file that whoever changes the user's clone holds locked (flock)."""
        return self.folder / "lock"

    @property
    def target_ref(self) -> str:
        """The full name of the target branch in `U`."""
        return f"refs/heads/{self.repo.base}"

    def q(
        self,
        *,
        transports: tuple[str, ...] = (),
        ssh: tuple[str, ...] = (),
        env: Mapping[str, str] | None = None,
        config: tuple[str, ...] = (),
    ) -> Git:
        """git in `Q`, without any of the user's or an agent's configuration."""
        return Git(
            git_dir=str(self.quarantine),
            transports=transports,
            ssh=ssh,
            env=dict(env or {}),
            config=config,
        )


def workspace(repo: Repo, state_dir: Path) -> Workspace:
    """The workspace of a repository below the state folder; nothing is created."""
    return Workspace(repo, state_dir / "review" / repo.name)
