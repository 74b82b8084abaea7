"""What a login may answer besides a session."""

from server.foundation.problems import code

LOGIN_FAILED = code("login_failed", 401)
LOGIN_DELAYED = code("login_delayed", 429)
CODE_INVALID = code("code_invalid", 401)
WEAK_PASSWORD = code("weak_password", 422)
WRONG_PASSWORD = code("wrong_password", 403)
