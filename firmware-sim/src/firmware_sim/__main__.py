"""`python -m firmware_sim` is the command `firmware-sim`."""

from firmware_sim.cli import main

main()
