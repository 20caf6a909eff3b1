import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleettui.hosts.targets import Target, parse_target
from fleettui.model.errors import ReadError


@pytest.mark.parametrize(
    "text, target",
    [
        ("engine", Target("engine")),
        ("me@engine", Target("engine", "me")),
        ("me@engine:2222", Target("engine", "me", 2222)),
        ("10.0.0.7:22", Target("10.0.0.7", None, 22)),
        ("fe80::1", Target("fe80::1")),
        ("me@[fe80::1%en0]:2222", Target("fe80::1%en0", "me", 2222)),
        ("[::1]", Target("::1")),
        ("ssh://me@engine:2222/", Target("engine", "me", 2222)),
        ("first.last@corp@engine", Target("engine", "first.last@corp")),
    ],
)
def test_what_names_a_machine(text: str, target: Target) -> None:
    assert parse_target(text) == target


@pytest.mark.parametrize(
    "text", ["", "me@", "engine:", "engine:0", "engine:99999", "engine:1e3", "-oProxyCommand=x"]
)
def test_what_names_none(text: str) -> None:
    with pytest.raises(ReadError) as error:
        parse_target(text)
    assert error.value.remedy


@given(st.text())
def test_any_text_is_a_target_or_refused(text: str) -> None:
    try:
        target = parse_target(text)
    except ReadError as error:
        said = error.text
    else:
        said = target.host
    assert said.isprintable()
    assert not said.startswith("-")
