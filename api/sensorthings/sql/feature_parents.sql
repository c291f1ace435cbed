-- FeaturesOfInterest as parents of their Observations: those of its box while it stood there.
(
    SELECT given.link, given.place, stay.box, stay.since, stay.until
    FROM unnest({parents}) WITH ORDINALITY AS given (link, place)
    LEFT JOIN {features} AS stay ON stay.location = given.link
) AS parent
