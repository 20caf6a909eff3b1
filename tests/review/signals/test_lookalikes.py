"""Words that are read as others, and words of other languages that are not."""
# ruff: noqa: RUF001 (samples of other scripts are what this is about)

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleettui.review.signals.lookalikes import lookalikes


@pytest.mark.parametrize(
    "text, skeleton",
    [
        ("if p\u0430ssword == x:", "password"),
        ("\u0430dmin = True", "admin"),
        ("def is_\u0430dmin(user):", "is_admin"),
        ("s\u0441ope", "scope"),
        ("\u0435\u0445\u0435\u0441(cmd)", "exec"),
        ("\u0391PI_KEY = 1", "APIKEY"),
        ("p\u03b1ssword", "password"),
        ("\uff4fs.system()", "os"),
        ("\U0001d626\U0001d637\U0001d622\U0001d62d(x)", "eval"),
        ("# проверка\nreturn \u0430ccess  # доступ", "access"),
        ("b\u0131nary", "binary"),
    ],
)
def test_a_word_in_disguise_is_found(text: str, skeleton: str) -> None:
    found = list(lookalikes(text))
    assert [word.skeleton.replace("_", "") for word in found] == [skeleton.replace("_", "")]
    assert text[found[0].offset :].startswith(found[0].word)


@pytest.mark.parametrize(
    "text",
    [
        "password = admin",
        "# Проверяем доступ, если он есть: а, с, о, сор, сосо",
        "name = 'Москва'  # JSONа и URLа больше нет",
        "print('Привет, мир')",
        "Ελληνικά κείμενα με τόνους",
        "变量 = 数据库连接",
        "Δx = αβγ * σ_x + μ0 + λmax; kΩ, µs",
        "Größe naïve façade Łódź İstanbul",
        "日本語ａｂｃ",
        "x = 𝑥 + 𝑦",
        "ˈɡɹeɪt ˈɑːftə",
        "и так далее, а о с у",
        "Հայերեն հոսանք",
    ],
)
def test_other_languages_are_no_alarm(text: str) -> None:
    assert [word.word for word in lookalikes(text)] == []


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    offsets = [word.offset for word in lookalikes(text)]
    assert offsets == sorted(set(offsets))
    assert all(word.word and not word.word.isascii() for word in lookalikes(text))


@given(st.text(st.characters(max_codepoint=127), max_size=200))
def test_plain_text_has_none(text: str) -> None:
    assert not list(lookalikes(text))
