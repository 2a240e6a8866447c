"""The pictures of the README, drawn from the demo: `python -m tests.pictures` draws them anew."""
