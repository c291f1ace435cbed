CASE WHEN avg(sind({value})) ^ 2 + avg(cosd({value})) ^ 2 > 1e-18
     THEN atan2d(avg(sind({value})), avg(cosd({value}))) + 360
          - 360 * floor((atan2d(avg(sind({value})), avg(cosd({value}))) + 360) / 360) END
