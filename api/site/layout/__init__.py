"""What all public pages have in common: header, footer, style, language, policy, conditional requests."""
