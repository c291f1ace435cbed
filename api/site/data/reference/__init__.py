"""The page /data/api: the API described for people, made from its OpenAPI document."""
