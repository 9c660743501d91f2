"""Rules: whether an event matters to one, what its action gets, and when a timer fires. No clock, no I/O."""
