"""What leaves this computer: pushes, and what is removed on machines."""
