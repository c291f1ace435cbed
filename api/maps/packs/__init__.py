"""What an operator adds: tiles, borders of areas and streets, checked and copied into the node's folder."""
