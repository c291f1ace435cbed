-- :node and :log of the position that was just written, :kept how many logs of one peer are remembered besides. A peer
-- gets a new log when its own was damaged or restored; one that invents them must not make ours grow.
DELETE FROM peer
WHERE node = :node AND log <> :log
    AND log NOT IN (SELECT log FROM peer WHERE node = :node AND log <> :log ORDER BY heard_at DESC, log LIMIT :kept)
