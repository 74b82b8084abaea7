"""Who works where, in which job, for whom, and in which role: each with dates."""
