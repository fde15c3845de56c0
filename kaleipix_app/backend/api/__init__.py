"""HTTP: routes, plain pages, and the guard around everything."""
