"""Means, extremes and counts in equal steps of time: `/v1/series`, and over boxes `/v1/means`."""
