"""A page for each box: what it measures now, and charts of a day, a week, a month or a year."""
