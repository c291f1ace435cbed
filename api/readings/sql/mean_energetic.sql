10 * log(avg(power(10::float8, {value} / 10)))
