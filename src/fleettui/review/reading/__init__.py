"""What is in a change, computed by git without a work tree."""
