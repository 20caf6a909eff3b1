"""What was asked for: durable queue, attempts, gates, locks."""
