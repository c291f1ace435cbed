"""What residents see and send: the page, its languages, guidance, calls for help, reports, receipts."""
