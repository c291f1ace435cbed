SELECT closed_at, closed_by FROM broker_access
