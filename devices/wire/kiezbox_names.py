"""What the fields of real Kiezbox hardware are called in the catalogue (kiezbox.proto). Pure."""

from __future__ import annotations

CORE = {
    "temp_out": "temperature_outside",
    "temp_in": "temperature_inside",
    "humid_in": "humidity_inside",
    "solar_voltage": "solar_voltage",
    "solar_power": "solar_power",
    "solar_energy_day": "solar_energy_today",
    "solar_energy_total": "solar_energy_total",
    "battery_voltage": "battery_voltage",
    "battery_current": "battery_current",
    "temp_rtc": "temperature_clock",
}
SENSOR = {
    "temp_main": "temperature",
    "humid_main": "humidity",
    "pressure": "pressure",
    "air_quality": "gas_resistance",
    "part_pm25": "pm2_5",
    "part_pm10": "pm10",
    "noise": "noise",
    "temp_rtc": "temperature_clock",
    "battery_voltage": "battery_voltage",
}
