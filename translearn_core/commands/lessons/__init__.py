"""Commands about lessons and claims, and the outcomes of their experiments."""
