"""What was approved, put into the user's own clone; and taken back."""
