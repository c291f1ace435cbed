"""The operation log (Einsatztagebuch): its page, entries by hand, sheets for printing, and downloads."""
