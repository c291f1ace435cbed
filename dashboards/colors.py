"""Grafana's names of the colours that we use."""

GREEN, YELLOW, ORANGE, RED, BLUE, GREY = "green", "yellow", "orange", "red", "blue", "text"

SILENT = ((0, GREEN), (900, YELLOW), (3_600, RED))  # steps of the time since a box was heard
FRESH = ((0, GREEN), (1_800, YELLOW), (3_600, RED))  # of the time since something was measured
