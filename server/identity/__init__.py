"""Accounts, logins, sessions and devices: who is knocking, not what they may do."""
