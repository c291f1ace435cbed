"""How nodes exchange their logs, what they publish for boxes, and the copy in the database."""
