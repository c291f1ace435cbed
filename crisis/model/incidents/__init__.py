"""What an incident, a task and a unit consist of, and what staff ask for about them."""
