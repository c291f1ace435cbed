"""The broker's users: who may do what, the files from which NATS and Mosquitto know it, passwords and certificates."""
