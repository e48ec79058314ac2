"""People who write while scans do: somebody who comments on findings and gives them to somebody, a few times a second."""

import threading
import time

from . import report

# So often somebody does something.
EVERY_S = 0.5


class Clicks:
    """They go on, beside what is asked, until they are told to end."""

    def __init__(self, serving, visitor, findings):
        self.serving, self.visitor, self.findings = serving, visitor, findings
        self.routes = {deed: report.Route(f"POST /findings/{{id}}/{deed}") for deed in ("comment", "assign")}
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.work, daemon=True)
        self.thread.start()

    def work(self):
        key, number = self.visitor.form_key(), 0
        while not self.over.wait(EVERY_S):
            finding = self.findings[number % len(self.findings)]
            for deed, form in (("comment", {"text": f"Word {number}"}), ("assign", {"person": str(1 + number % 100)})):
                before = self.serving.cpu_s()
                status, _, text, took = self.visitor.ask(f"/findings/{finding}/{deed}", {**form, "form_key": key})
                # It answers with the way back to the finding; the time is that until it is on the disk.
                self.routes[deed].note(deed, status, len(text), took, self.serving.cpu_s() - before)
            number += 1

    def end(self):
        """What they were told, route by route."""
        self.over.set()
        self.thread.join(60)
        return [route for route in self.routes.values() if route.times]
