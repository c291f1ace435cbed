"""What the read API answers with: the schemas that the OpenAPI document shows, and one example of each."""
