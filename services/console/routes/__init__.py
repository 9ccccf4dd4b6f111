"""Parts -> routers: one concept of the API a file."""
