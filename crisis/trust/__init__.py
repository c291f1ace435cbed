"""Who may say what: keys, certificates, signatures, and what a node may write. Nothing here knows the network."""
