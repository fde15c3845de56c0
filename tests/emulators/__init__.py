"""Stand-ins for the services that Kaleipix speaks to: real sockets, real pictures, failures on request."""
