"""How a machine is reached: bytes in, bytes out, nothing interpreted."""
