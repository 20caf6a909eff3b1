"""The things seen on screens; each has one reactive, its value."""
