"""The lines of the data map, by the sections of the policy."""
