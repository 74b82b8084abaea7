"""The one exception that reading raises: a file, or a table of it, that cannot be taken at all."""

from server.imports.records import Finding, Place, Weight


class Refused(Exception):
    """A file that is not read further. `finding` says where and why."""

    def __init__(self, code: str, place: Place | None = None, **params: object) -> None:
        super().__init__(code)
        shown = {name: str(value) for name, value in params.items()}
        self.finding = Finding(code, Weight.ERROR, place or Place(), shown)
