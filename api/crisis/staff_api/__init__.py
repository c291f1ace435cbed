"""The crisis API for staff's programs: calls, modes, notices, points, history, situation and their live stream."""
