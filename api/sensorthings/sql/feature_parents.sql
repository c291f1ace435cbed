-- FeaturesOfInterest as parents of their Observations: those of its box while it stood there.
(
    SELECT given.link, given.number, stay.box, stay.since, stay.until
    FROM unnest({parents}) WITH ORDINALITY AS given (link, number)
    LEFT JOIN {features} AS stay ON stay.location = given.link
) AS parent
