"""Charts for other people's pages: pictures and frames, drawn once for all who look."""
