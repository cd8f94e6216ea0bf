"""The command line `jucuo`: commands load only when they are called, so that help answers at once."""
