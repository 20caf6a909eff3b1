"""Draws the pictures of the README (`make pictures`): the program itself, on the demo fleet."""

import argparse
import asyncio
import re
from collections.abc import Sequence
from pathlib import Path

from fleettui.commands.demo.stage import staged
from fleettui.commands.services import monitor_of
from fleettui.tui.app import FleetApp

FOLDER = Path(__file__).parent / "pictures"
SEED = 7
WEB_FONTS = re.compile(r"@font-face\s*\{[^}]*\}")
"""The picture must not fetch anything when it is looked at."""


def main() -> None:
    """Draw every picture, or those that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--theme", default="fleet-dark")
    parser.add_argument("--size", default="120x40")
    parser.add_argument("--wait", type=float, default=100.0, help="seconds of history")
    parser.add_argument("--keys", default="", help="keys to press, by commas")
    parser.add_argument("--name", default="dashboard")
    args = parser.parse_args()
    width, height = (int(number) for number in args.size.split("x"))
    args.folder.mkdir(exist_ok=True)
    with staged(SEED) as config:
        picture = asyncio.run(
            draw(config, (width, height), args.theme, args.wait, args.keys.split(","))
        )
    path = args.folder / f"{args.name}.svg"
    path.write_text(WEB_FONTS.sub("", picture))
    print(path)


async def draw(
    config: Path, size: tuple[int, int], theme: str, wait: float, keys: Sequence[str]
) -> str:
    """The screen as SVG, after `wait` seconds and these keys."""
    monitor = monitor_of(argparse.Namespace(config=str(config)))
    app = FleetApp(monitor, theme=theme)
    async with app.run_test(size=size) as pilot:
        await pilot.pause(wait)
        await pilot.press(*(key for key in keys if key))
        await pilot.pause(3)
        return app.export_screenshot()


if __name__ == "__main__":
    main()
