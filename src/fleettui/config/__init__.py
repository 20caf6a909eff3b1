"""fleet.toml to model.Fleet, with errors that name file, line and key."""
