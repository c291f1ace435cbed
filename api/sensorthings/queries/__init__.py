"""The statements over readings; what stands in braces is put in by api.sensorthings.observations."""
