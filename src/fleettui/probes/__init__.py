"""What is asked of a machine, one module a source; parsers are pure functions of bytes."""
