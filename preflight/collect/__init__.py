"""Readers: one function per fact, from a live cluster, Azure, values or files into trimmed facts."""
