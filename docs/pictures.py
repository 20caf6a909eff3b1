"""Draws the pictures of the README (`make pictures`): the program itself, on the demo fleet."""

import argparse
import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fleettui.commands.demo.stage import staged
from fleettui.commands.following import Following
from fleettui.commands.services import monitor_for, review_for
from fleettui.config.load import load
from fleettui.tui.app import FleetApp

FOLDER = Path(__file__).parent / "pictures"
SEED = 7
WEB_FONTS = re.compile(r"@font-face\s*\{[^}]*\}")
"""The picture must not fetch anything when it is looked at."""


@dataclass(frozen=True)
class Picture:
    """A screen of so many cells, after `wait` seconds and these keys.

    A key of `wait:1000` waits for a second.
    """

    size: tuple[int, int]
    wait: float
    keys: Sequence[str] = ()
    theme: str = "fleet-dark"


COMMENT = "and the year? reports go back to 2019"
PICTURES = {
    "dashboard": Picture((120, 40), 66.0),
    "review": Picture(
        (160, 45),
        20.0,
        (
            *("r", "wait:5000", "j", "tab", "wait:3000", "J", *"jjjjjjjjjjjjjjjjjjj", "c"),
            *COMMENT,
            *("enter", "wait:1500"),
        ),
    ),
}


def main() -> None:
    """Draw every picture, or the one that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--name", help="one of them, or a new one; without it: all of them")
    parser.add_argument("--theme")
    parser.add_argument("--size", help="such as 120x40")
    parser.add_argument("--wait", type=float, help="seconds before the first key")
    parser.add_argument("--keys", help="keys to press, by commas")
    args = parser.parse_args()
    args.folder.mkdir(exist_ok=True)
    for name in [args.name] if args.name else PICTURES:
        wanted = asked(PICTURES.get(name, PICTURES["dashboard"]), args)
        with staged(SEED) as config:
            picture = asyncio.run(draw(config, wanted))
        path = args.folder / f"{name}.svg"
        path.write_text(WEB_FONTS.sub("", picture))
        print(path)


def asked(picture: Picture, args: argparse.Namespace) -> Picture:
    """The picture as the command line wants it."""
    if args.size:
        width, height = (int(number) for number in args.size.split("x"))
        picture = replace(picture, size=(width, height))
    if args.keys is not None:
        picture = replace(picture, keys=tuple(key for key in args.keys.split(",") if key))
    return replace(
        picture,
        theme=args.theme or picture.theme,
        wait=picture.wait if args.wait is None else args.wait,
    )


async def draw(config: Path, picture: Picture) -> str:
    """The screen as SVG."""
    fleet = load(config)
    monitor, review = monitor_for(fleet), review_for(fleet)
    Following(monitor, review)
    app = FleetApp(monitor, review, theme=picture.theme)
    async with app.run_test(size=picture.size) as pilot:
        await pilot.pause(picture.wait)
        await pilot.press(*picture.keys)
        await pilot.pause(3)
        return app.export_screenshot()


if __name__ == "__main__":
    main()
