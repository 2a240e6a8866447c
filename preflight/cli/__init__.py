"""The command line: one module per verb; the only code that prints, opens files for people, or exits."""
