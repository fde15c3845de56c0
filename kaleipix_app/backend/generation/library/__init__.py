"""The library: everything that a person keeps, searched, sorted into collections and taken home."""
