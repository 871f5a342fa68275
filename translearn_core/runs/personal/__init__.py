"""What each owner keeps besides runs: a draft, tags, share links and notes."""
