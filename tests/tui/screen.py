"""Looking at a running application as a human does: at what stands on the screen."""

from textual.pilot import Pilot

from fleettui.tui.app import FleetApp
from tests.tui.fleets import Port


def app_for(port: Port, **options: object) -> FleetApp:
    """The application over a stand-in port, with the themes of the repository."""
    return FleetApp(port, **options)  # type: ignore[arg-type]


def text_of(app: FleetApp) -> str:
    """Every line of the screen."""
    width, height = app.size
    lines = app.screen._compositor.render_strips()
    return "\n".join(strip.text[:width] for strip in lines[:height])


async def press(pilot: Pilot[None], *keys: str) -> str:
    """Press keys, wait until everything is drawn, and look."""
    for key in keys:
        await pilot.press(key)
        await pilot.pause()
    await pilot.pause()
    app = pilot.app
    assert isinstance(app, FleetApp)
    return text_of(app)
