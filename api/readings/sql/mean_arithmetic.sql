avg({value})
