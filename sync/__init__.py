"""The pure merge core: what becomes of an edit. Standard library only; no clock, no randomness, no I/O."""
