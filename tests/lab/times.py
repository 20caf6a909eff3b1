"""Moments for tests."""

from datetime import UTC, datetime

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
