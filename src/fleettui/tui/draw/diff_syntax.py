"""Syntax colours of lines, by Pygments: slow enough to be called in a thread only.

Lines come in the order of a file, so that a string over several lines is one. The languages are
a list of our own: what a foreign path is named chooses among well-known lexers, nothing else.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from fleettui.tui.draw.diff_text import Runs
from fleettui.tui.draw.paint import Tone

if TYPE_CHECKING:
    from pygments.lexer import Lexer

LONGEST = 400
"""Characters of a line that are coloured: no lexer gets the time to go astray."""

_LANGUAGES = {
    "bash": "sh bash zsh envrc bashrc profile",
    "c": "c h",
    "clojure": "clj cljs edn",
    "cmake": "cmake CMakeLists.txt",
    "cpp": "cc cpp cxx hpp hh hxx ino",
    "csharp": "cs",
    "css": "css",
    "dart": "dart",
    "diff": "diff patch",
    "docker": "dockerfile Dockerfile Containerfile",
    "elixir": "ex exs",
    "erlang": "erl hrl",
    "fish": "fish",
    "go": "go",
    "groovy": "groovy gradle Jenkinsfile",
    "haskell": "hs",
    "hcl": "tf hcl tfvars",
    "html": "html htm xhtml vue svelte",
    "ini": "ini cfg conf editorconfig gitconfig",
    "java": "java",
    "javascript": "js mjs cjs jsx",
    "json": "json jsonl webmanifest",
    "julia": "jl",
    "kotlin": "kt kts",
    "lua": "lua",
    "make": "mk Makefile makefile GNUmakefile Justfile",
    "markdown": "md markdown",
    "nix": "nix",
    "objective-c": "m mm",
    "ocaml": "ml mli",
    "perl": "pl pm",
    "php": "php",
    "powershell": "ps1 psm1",
    "protobuf": "proto",
    "python": "py pyi pyw SConstruct",
    "r": "r R",
    "ruby": "rb rake gemspec Gemfile Rakefile",
    "rust": "rs",
    "scala": "scala sc",
    "scss": "scss",
    "sql": "sql",
    "swift": "swift",
    "toml": "toml poetry.lock Cargo.lock uv.lock",
    "typescript": "ts mts cts tsx",
    "xml": "xml svg xsd plist",
    "yaml": "yaml yml",
    "zig": "zig",
}
_LANGUAGE_OF: Mapping[str, str] = {
    name: language for language, names in _LANGUAGES.items() for name in names.split()
}
_TONES: Mapping[str, Tone] = {
    "Token.Comment": Tone.DIM,
    "Token.Comment.Preproc": Tone.KEYWORD,
    "Token.Generic.Deleted": Tone.BAD,
    "Token.Generic.Heading": Tone.NAME,
    "Token.Generic.Inserted": Tone.OK,
    "Token.Generic.Strong": Tone.STRONG,
    "Token.Generic.Subheading": Tone.NAME,
    "Token.Keyword": Tone.KEYWORD,
    "Token.Keyword.Constant": Tone.NUMBER,
    "Token.Keyword.Type": Tone.TYPE,
    "Token.Literal.Number": Tone.NUMBER,
    "Token.Literal.String": Tone.STRING,
    "Token.Literal.String.Interpol": Tone.NUMBER,
    "Token.Name.Attribute": Tone.TYPE,
    "Token.Name.Builtin": Tone.TYPE,
    "Token.Name.Builtin.Pseudo": Tone.TYPE,
    "Token.Name.Class": Tone.NAME,
    "Token.Name.Constant": Tone.NUMBER,
    "Token.Name.Decorator": Tone.NUMBER,
    "Token.Name.Exception": Tone.TYPE,
    "Token.Name.Function": Tone.NAME,
    "Token.Name.Namespace": Tone.TEXT,
    "Token.Name.Tag": Tone.KEYWORD,
    "Token.Operator.Word": Tone.KEYWORD,
}


def language_of(path: str) -> str | None:
    """The language of a file, by its name alone; None: no colours."""
    name = path.rpartition("/")[2]
    return _LANGUAGE_OF.get(name) or _LANGUAGE_OF.get(name.rpartition(".")[2].lower())


def coloured(language: str, lines: Sequence[str]) -> list[Runs]:
    """The tones of each line. Takes about 0.1 ms a line; imports Pygments."""
    cut = [line[:LONGEST] for line in lines]
    runs: list[Runs] = []
    current: list[tuple[int, Tone]] = []
    end = 0
    for tone, text in _tokens(_lexer(language), "\n".join(cut)):
        for number, piece in enumerate(text.split("\n")):
            if number:
                runs.append(tuple(current))
                current, end = [], 0
            if piece:
                end += len(piece)
                if current and current[-1][1] is tone:
                    current[-1] = (end, tone)
                else:
                    current.append((end, tone))
    runs.append(tuple(current))
    return runs[: len(lines)] + [()] * (len(lines) - len(runs))


def _tokens(lexer: "Lexer", text: str) -> Iterator[tuple[Tone, str]]:
    for _, token, value in lexer.get_tokens_unprocessed(text):
        yield _tone_of(str(token)), value


@lru_cache(maxsize=256)
def _tone_of(token: str) -> Tone:
    while token:
        if token in _TONES:
            return _TONES[token]
        token = token.rpartition(".")[0]
    return Tone.TEXT


@lru_cache(maxsize=8)
def _lexer(language: str) -> "Lexer":
    from pygments.lexers import get_lexer_by_name

    # A foreign text must not choose further lexers for its blocks of code.
    return get_lexer_by_name(language, handlecodeblocks=False)
