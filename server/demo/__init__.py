"""The demo plant: invented people of two workshops, made by the project.

Everything follows from the files in data/ and the clock: the weeks are those before today, the month
before is closed with its results, and the running one is under way. Every account has the password
`PASSWORD`; on the machine itself the sign-in page needs none.
"""

from server.demo.plant import PASSWORD, load

__all__ = ["PASSWORD", "load"]
