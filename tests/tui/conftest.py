"""Properties of drawings are tested without a clock: the machine may be busy with other things."""

from hypothesis import settings

settings.register_profile("drawings", deadline=None)
settings.load_profile("drawings")
