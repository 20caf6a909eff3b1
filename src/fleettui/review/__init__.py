"""What agents made: diff, approve, land, undo, push."""
