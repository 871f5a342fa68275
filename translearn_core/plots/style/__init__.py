"""Theme, palette and parts that figures share."""
