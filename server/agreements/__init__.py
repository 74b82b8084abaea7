"""What people are measured by, agreed on: terms, what is said about them, and the windows in which they change."""
