"""Who may read what in a vault, as pure functions on facts."""
