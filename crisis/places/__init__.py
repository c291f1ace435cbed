"""Where things are: Bezirke, Prognoseräume, Ortsteile and streets, and the places that a text names."""
