"""Meshtastic's formats: frames at a serial port, packets, channels' keys, and the envelopes that gateways publish."""
