-- What was seen of alarms that are not there any more.
DELETE FROM seen WHERE opening NOT IN (SELECT opening FROM alarm)
