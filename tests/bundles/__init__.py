"""A bundle or two of every format that was ever released, as it was written then. None of them is ever made anew."""
