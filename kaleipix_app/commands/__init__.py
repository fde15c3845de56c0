"""What the operator's command line does: build, serve."""
