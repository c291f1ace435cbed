-- What devices announced.
SELECT format, topic, payload FROM input_declaration
