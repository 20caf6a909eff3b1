"""How command lines are read: argparse, with errors that are ours and say what to do."""

import argparse
import importlib
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from fleettui import __version__
from fleettui.model.errors import UsageError
from fleettui.model.text import clean

LEAST_S = 1.0
"""Seconds between two readings, at least."""

MOST_S = 86400.0


class Parser(argparse.ArgumentParser):
    """Raises UsageError instead of printing; knows `--config` and `--version`."""

    def __init__(self, *, config_default: str | None = None, **settings: Any) -> None:
        super().__init__(allow_abbrev=False, **settings)
        self.add_argument(
            "--config",
            metavar="PATH",
            default=config_default,
            help="the fleet.toml to use (default: $FLEETTUI_CONFIG, then the user's own)",
        )
        self.add_argument("--version", action="version", version=f"fleettui {__version__}")

    def error(self, message: str) -> NoReturn:
        """What argparse found wrong."""
        text = clean(message.removeprefix("argument "), limit=300)
        raise UsageError(text, f"see {self.prog} -h")

    def unknown(self, word: str) -> UsageError:
        """What to raise for a word that nothing asked for."""
        shown = clean(word.partition("=")[0], limit=60)
        if not word.startswith("-"):
            return UsageError(f"one word too many: {shown}", f"see {self.prog} -h")
        known = [name for action in self._actions for name in action.option_strings]
        return UsageError(f"no option {shown}", _closest(shown, known) or f"see {self.prog} -h")

    def misspelt(self, words: Sequence[str]) -> str | None:
        """The first option before the command that there is not."""
        rest = iter(words)
        for word in rest:
            action = self._option_string_actions.get(word.partition("=")[0])
            if not word.startswith("-") or word == "--":
                return None
            if action is None:
                return word
            if action.nargs is None and "=" not in word:
                next(rest, None)
        return None

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is None or value in action.choices:
            return
        known = [str(choice) for choice in action.choices]
        shown = clean(str(value), limit=60)
        what = f"{'/'.join(action.option_strings)} {shown}: no such choice"
        text = what if action.option_strings else f"no command {shown}"
        raise UsageError(text, _closest(shown, known) or f"one of {', '.join(known)}")


class CommandParser(Parser):
    """The parser of one command; its module is imported only when the command is called."""

    def __init__(self, *, module: str, **settings: Any) -> None:
        super().__init__(config_default=argparse.SUPPRESS, **settings)
        self._module: str | None = module

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse does, after the command has said what it takes."""
        module, self._module = self._module, None
        if module is not None:
            importlib.import_module(module).add_arguments(self)
        return super().parse_known_args(args, namespace)


def read(parser: Parser, commands: dict[str, CommandParser], words: Sequence[str]) -> Any:
    """The command line as argparse's namespace. Raises UsageError."""
    wrong = parser.misspelt(words)
    if wrong is not None:
        raise parser.unknown(wrong)
    args, extra = parser.parse_known_args(list(words))
    if extra:
        raise commands.get(args.command or "", parser).unknown(extra[0])
    return args


def seconds(text: str) -> float:
    """An interval on the command line: at least one second, at most a day."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not LEAST_S <= value <= MOST_S:
        raise argparse.ArgumentTypeError(f"{text} is no number of seconds from 1 to 86400")
    return value


def _closest(word: str, known: Iterable[str]) -> str:
    from fleettui.config.problems import did_you_mean

    return did_you_mean(word, known)
