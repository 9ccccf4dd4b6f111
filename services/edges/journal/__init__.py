"""Messages -> durable records, in order -> messages: one port, and one adapter a file."""
