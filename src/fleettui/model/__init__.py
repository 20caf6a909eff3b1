"""The nouns of fleettui: frozen values and rules without I/O. Imports nothing of the project."""
