-- No parameters. `limits` and `classes` are JSON: lists of objects, each with its source.
SELECT quantity.name, unit, low, high, standard_name, label_de, label_en, averaging, decimals, is_about_box,
       coalesce((
           SELECT jsonb_agg(jsonb_build_object(
                      'averaging_time', averaging_time, 'threshold', threshold, 'allowed_exceedances', allowed_exceedances,
                      'data_capture', data_capture, 'valid_from', valid_from, 'valid_until', valid_until,
                      'source', to_jsonb(limit_source)) ORDER BY averaging_time, valid_from, threshold)
           FROM limit_value JOIN limit_source ON limit_source.name = limit_value.source
           WHERE limit_value.quantity = quantity.name
       ), '[]')::text AS limits,
       coalesce((
           SELECT jsonb_agg(jsonb_build_object(
                      'statistic', statistic, 'name', class, 'low', lower(span), 'low_included', lower_inc(span),
                      'high', upper(span), 'high_included', upper_inc(span),
                      'source', to_jsonb(limit_source)) ORDER BY statistic, span)
           FROM quantity_class JOIN limit_source ON limit_source.name = quantity_class.source
           WHERE quantity_class.quantity = quantity.name
       ), '[]')::text AS classes
FROM quantity
ORDER BY quantity.name
