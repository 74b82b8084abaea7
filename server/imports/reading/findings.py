"""What there is to say of the files, kept within bounds: a file of errors must not become a list without end."""

from collections import Counter

from server.imports.reading import limits
from server.imports.reading.cells.remarks import Remark
from server.imports.records import Finding, Place, Weight


class Findings:
    """Findings in the order they were made; past the limit of each weight they are only counted."""

    def __init__(self) -> None:
        self._kept: list[Finding] = []
        self._counts: Counter[Weight] = Counter()

    def add(self, finding: Finding) -> None:
        """Take one finding."""
        self._counts[finding.weight] += 1
        if self._counts[finding.weight] <= limits.FINDINGS:
            self._kept.append(finding)

    def say(self, remark: Remark, place: Place) -> None:
        """Take what was remarked of the cell at a place."""
        self.add(Finding(remark.code, remark.weight, place, remark.params))

    def count(self, weight: Weight) -> int:
        """Return how many there are, those past the limit too."""
        return self._counts[weight]

    def listed(self) -> tuple[Finding, ...]:
        """Return those that were kept, and one more for each weight that had too many."""
        more = [
            Finding("findings_more", weight, Place(), {"count": str(self._counts[weight] - limits.FINDINGS)})
            for weight in Weight
            if self._counts[weight] > limits.FINDINGS
        ]
        return (*self._kept, *more)
