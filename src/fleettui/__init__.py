"""fleettui: a terminal dashboard for a personal fleet of machines, models and agents."""

__version__ = "0.1.0"
