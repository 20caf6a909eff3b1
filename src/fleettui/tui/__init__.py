"""The screens. They show state and call services; they touch no network, process or file."""
