"""What pages show, computed from frames: no HTTP, no files."""
