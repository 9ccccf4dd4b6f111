"""Records that are meant to do harm, and what becomes of them."""
