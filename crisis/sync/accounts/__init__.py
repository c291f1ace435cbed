"""How accounts and the log are kept level: changes become events, and a box takes over what the hub issued."""
