"""What follows from a picture of the situation, for pages, programs and alarms alike."""
