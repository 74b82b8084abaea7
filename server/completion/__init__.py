"""Who is done and who is stuck: HR's board."""
