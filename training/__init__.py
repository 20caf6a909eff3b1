"""How the classifier that ships with the package is made from texts."""
