"""Which model serves a task, where, and why."""
