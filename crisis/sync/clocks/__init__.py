"""What a hub does about wrong clocks: those of boxes when their events arrive, and its own once that was set."""
