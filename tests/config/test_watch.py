"""Changes of a real file, written in the ways that editors write."""

import os
from pathlib import Path

import pytest

from fleettui.config.load import load
from fleettui.config.watch import ConfigWatch
from fleettui.model.errors import ConfigError
from fleettui.model.fleet import Fleet

ENVIRON = {"HOME": "/home/ada"}


def text(name: str) -> str:
    return f'[fleet]\nname = "{name}"\n[[machines]]\nname = "engine"\nssh = "engine"\n'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "fleet.toml"
    path.write_text(text("old"))
    return path


@pytest.fixture
def watch(path: Path) -> ConfigWatch:
    return ConfigWatch(path, load(path, ENVIRON), ENVIRON)


def settled(watch: ConfigWatch) -> Fleet | None:
    """What two looks see: a change counts once the file holds still."""
    return watch.changed() or watch.changed()


def replace(path: Path, content: str) -> None:
    """As vim and most others do: a new file takes the name of the old one."""
    temporary = path.with_suffix(".tmp")
    temporary.write_text(content)
    os.replace(temporary, path)


def test_nothing_changed(watch: ConfigWatch) -> None:
    assert [watch.changed() for _ in range(3)] == [None, None, None]


def test_a_replaced_file_is_read_once(path: Path, watch: ConfigWatch) -> None:
    replace(path, text("new"))
    fleet = settled(watch)
    assert fleet is not None
    assert fleet.name == "new"
    assert settled(watch) is None


def test_a_file_rewritten_in_place_is_read_when_it_holds_still(
    path: Path, watch: ConfigWatch
) -> None:
    with path.open("w") as stream:
        stream.write('[fleet]\nname = "half')
        stream.flush()
        assert watch.changed() is None
        stream.write(' and half"\n')
    assert watch.changed() is None
    fleet = watch.changed()
    assert fleet is not None
    assert fleet.name == "half and half"


def test_a_file_that_is_gone_changes_nothing_until_it_is_back(
    path: Path, watch: ConfigWatch
) -> None:
    moved = path.rename(path.with_suffix(".bak"))
    assert [watch.changed() for _ in range(3)] == [None, None, None]
    moved.rename(path)
    assert settled(watch) is None
    path.unlink()
    assert settled(watch) is None
    path.write_text(text("back again"))
    fleet = settled(watch)
    assert fleet is not None
    assert fleet.name == "back again"


def test_a_wrong_content_is_told_once_and_the_next_right_one_counts(
    path: Path, watch: ConfigWatch
) -> None:
    replace(path, "[flet]\n")
    assert watch.changed() is None
    with pytest.raises(ConfigError, match='did you mean "fleet"'):
        watch.changed()
    assert settled(watch) is None
    replace(path, "[flet]\n\n")
    assert settled(watch) is None
    replace(path, "[fleeet]\n")
    assert watch.changed() is None
    with pytest.raises(ConfigError, match="fleeet"):
        watch.changed()
    replace(path, text("mended"))
    fleet = settled(watch)
    assert fleet is not None
    assert fleet.name == "mended"


def test_another_comment_is_no_other_fleet(path: Path, watch: ConfigWatch) -> None:
    replace(path, f"# a remark\n{text('old')}")
    assert settled(watch) is None
    os.utime(path, ns=(1, 1))
    assert settled(watch) is None


def test_a_file_that_appears_later_is_read(tmp_path: Path) -> None:
    watch = ConfigWatch(tmp_path / "later.toml", None, ENVIRON)
    assert settled(watch) is None
    (tmp_path / "later.toml").write_text(text("late"))
    fleet = settled(watch)
    assert fleet is not None
    assert fleet.name == "late"


def test_behind_a_symbolic_link_the_file_is_watched(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.toml"
    link.symlink_to(path)
    watch = ConfigWatch(link, load(link, ENVIRON), ENVIRON)
    replace(path, text("new"))
    fleet = settled(watch)
    assert fleet is not None
    assert fleet.name == "new"
