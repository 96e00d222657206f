"""Records in from other systems, and everything out again."""
