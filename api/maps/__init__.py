"""Maps: tiles in, SVG out, all in one projection. They know nothing of crises and serve a hub and a box alike."""
