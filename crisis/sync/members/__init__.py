"""Who is a member of the hub: whom a hub answers, and whom a box believes."""
