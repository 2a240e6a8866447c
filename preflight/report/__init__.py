"""One module per format: a document of the report becomes text."""
