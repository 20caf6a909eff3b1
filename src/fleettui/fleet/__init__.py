"""The newest reading of every source, its age, and what follows from it."""
