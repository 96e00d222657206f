"""Encrypted backups of the whole installation, and the way back from one."""
