"""The safe git runner, and the parsers of its NUL-separated output."""
