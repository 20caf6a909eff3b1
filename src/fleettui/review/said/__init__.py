"""What the human said, kept for ever."""
