"""What git does not know, where a change has files."""

from pathlib import Path

from fleettui.review.landing.in_the_way import find


def test_only_what_is_there_is_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/inner").touch()
    added = [b"file", b"folder", b"none", b"file/below", b"folder/other"]
    assert find(str(tmp_path), added, []) == (b"file", b"folder/inner")


def test_what_the_change_takes_away_is_not(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/inner").touch()
    (tmp_path / "file").touch()
    gone = [b"folder/inner", b"file"]
    assert find(str(tmp_path), [b"folder", b"file/below"], gone) == ()


def test_a_link_to_a_folder_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/link").symlink_to("/")
    (tmp_path / "dangling").symlink_to("nowhere")
    added = [b"folder", b"dangling/x"]
    assert find(str(tmp_path), added, []) == (b"folder/link", b"dangling")


def test_case_counts_unless_the_disk_takes_it_for_the_same(tmp_path: Path) -> None:
    (tmp_path / "Readme").touch()
    assert find(str(tmp_path), [b"Readme"], [b"README"]) == (b"Readme",)
    assert find(str(tmp_path), [b"Readme"], [b"README"], caseless=True) == ()
