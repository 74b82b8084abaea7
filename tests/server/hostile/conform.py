"""Whether an answer's body is what the description of the API says.

Schemathesis asks the same of its own answers, but rewrites `prefixItems` into a form that its validator then refuses,
and the sync door answers in positional arrays: so the bodies are held against the description as it stands.
"""

from collections.abc import Mapping
from typing import Any

import jsonschema_rs
from werkzeug.test import TestResponse


class Conform:
    """The schemas of all answers, each compiled once."""

    def __init__(self, description: Mapping[str, Any]) -> None:
        self.description = description
        self._validators: dict[str, Any] = {}

    def fault(self, path: str, method: str, answer: TestResponse) -> str | None:
        """Why the JSON body of this answer is not as described; None when it is, or when no schema is given."""
        responses = self.description["paths"][path][method]["responses"]
        status = str(answer.status_code) if str(answer.status_code) in responses else "default"
        response = responses.get(status, {})
        pointer = f"#/paths/{_step(path)}/{method}/responses/{status}"
        if "$ref" in response:
            pointer = response["$ref"]
            response = self.description["components"]["responses"][pointer.rsplit("/", 1)[-1]]
        if "schema" not in response.get("content", {}).get(answer.mimetype, {}):
            return None
        errors = self._validator(f"{pointer}/content/{_step(answer.mimetype)}/schema").iter_errors(
            answer.get_json(True)
        )
        return next((f"{answer.status_code}: {error}"[:300] for error in errors), None)

    def _validator(self, pointer: str) -> Any:
        if pointer not in self._validators:
            root = {"$schema": "https://json-schema.org/draft/2020-12/schema", **self.description, "$ref": pointer}
            self._validators[pointer] = jsonschema_rs.Draft202012Validator(root)
        return self._validators[pointer]


def _step(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")
