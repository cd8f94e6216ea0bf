"""Review: analysts' decisions as append-only records, what follows from them, and their exchange with other tools."""
