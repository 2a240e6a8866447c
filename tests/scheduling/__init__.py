"""Predictions against recorded truth, against properties, and against the real scheduler."""
