"""The command line. It speaks REST, except `up`, `worker`, `validate` and `graph`."""
