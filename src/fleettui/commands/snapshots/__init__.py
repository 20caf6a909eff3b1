"""The state of the fleet as JSON, text, one line and metrics: pure functions of plain values."""
