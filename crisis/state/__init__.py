"""What the events add up to: folds, projections, views, and the rules that decide about commands. Pure."""
