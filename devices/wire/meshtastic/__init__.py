"""Meshtastic's formats: frames at a serial port, packets, channels' keys, and the envelopes that gateways publish."""

from devices.wire.meshtastic.uplink import read

__all__ = ["read"]
