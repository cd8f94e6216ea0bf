"""MLflow: what was run with what, and which model is the champion. DVC owns the data and the lock."""
