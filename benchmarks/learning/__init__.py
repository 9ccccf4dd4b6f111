"""The study of learning: sets x budgets x seeds x configurations -> one JSON line a run, and tables of them."""
