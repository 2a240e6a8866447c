"""The sample clusters of `cluedin-preflight demo`."""
