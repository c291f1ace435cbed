"""The answers of the read API, as the OpenAPI document shows them: a module for each noun."""
