"""Whether what is kept of public boxes may still be shown: hiding a box counts from the next request on."""
