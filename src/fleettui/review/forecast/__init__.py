"""How open changes get on with each other."""
