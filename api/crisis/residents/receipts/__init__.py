"""What the holder of a receipt may do: see how far a call or report got, add to a call, and withdraw it."""
