DELETE FROM waiting WHERE number = :number
