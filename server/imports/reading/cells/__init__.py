"""What a cell means: one module for each way a cell may be understood."""
