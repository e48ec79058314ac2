"""The real `holter serve` upon a database, what it costs, and somebody who is signed in to it."""

import http.client
import os
import re
import signal
import subprocess
import threading
import time
import urllib.parse
from pathlib import Path

from side_by_side.problem import Problem

PASSWORD = "gravel otter lamp tuesday"
PATIENCE_S = 120


class Server:
    """It runs from here on, until it is told to end."""

    def __init__(self, holter, db, folder, is_first=False):
        """`is_first`: nobody has an account yet, and it shows a link."""
        command = [holter, "serve", "--no-config", "--listen", "127.0.0.1:0", "--db", db]
        self.child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                      text=True, env={**os.environ, "HOLTER_STATE": str(folder)})
        self.url = self.said(r"serving (http://\S+)")
        self.setup = self.said(r"(http://\S+/setup/\S+)") if is_first else None
        # It may say more: nobody reads it, and it must not wait for a reader.
        threading.Thread(target=self.child.stderr.read, daemon=True).start()

    def said(self, pattern):
        for line in self.child.stderr:
            if found := re.search(pattern, line):
                return found[1]
        raise Problem("holter serve did not start")

    def cpu_s(self):
        """The processor time of all its threads until now."""
        spent = 0
        for task in Path(f"/proc/{self.child.pid}/task").iterdir():
            try:
                spent += int((task / "schedstat").read_text().split()[0])
            except OSError:
                pass
        return spent / 1e9

    def memory_mb(self):
        """What it has in memory now, and the most that it ever had."""
        status = Path(f"/proc/{self.child.pid}/status").read_text()
        return [int(re.search(rf"{name}:\s+(\d+)", status)[1]) / 1024 for name in ("VmRSS", "VmHWM")]

    def end(self):
        self.child.send_signal(signal.SIGTERM)
        try:
            self.child.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()


class Visitor:
    """A browser of sorts: it keeps cookies and one connection."""

    def __init__(self, url):
        self.where = urllib.parse.urlsplit(url).netloc
        self.line = http.client.HTTPConnection(self.where, timeout=PATIENCE_S)
        self.cookies = {}

    def ask(self, path, form=None):
        """The status, the place it points to, the text, and how long it took to the last byte."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None
        if form is not None:
            body = urllib.parse.urlencode(form)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        begun = time.perf_counter()
        self.line.request("GET" if form is None else "POST", path, body, headers)
        answer = self.line.getresponse()
        text = answer.read()
        took = time.perf_counter() - begun
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, answer.headers.get("Location"), text.decode(), took

    def send(self, page, to, form):
        """Fills a form of a page in and sends it: what came back."""
        status, _, text, _ = self.ask(page)
        key = re.search(r'name="form_key" value="([^"]+)"', text)
        if status != 200 or key is None:
            raise Problem(f"{page} has no form: {status}")
        answer = self.ask(to, {**form, "form_key": key[1]})
        if answer[0] not in (200, 303):
            raise Problem(f"{to} was answered with {answer[0]}")
        return answer

    def form_key(self):
        """What every form of this session holds."""
        return re.search(r'name="form_key" value="([^"]+)"', self.ask("/account")[2])[1]

    def sign_in(self, name):
        self.send("/login", "/login", {"name": name, "password": PASSWORD})


def set_up(server):
    """The first account, by the link that the first start shows."""
    visitor = Visitor(server.url)
    page = urllib.parse.urlsplit(server.setup).path
    visitor.send(page, page, {"shown": "Mira", "name": "mira", "password": PASSWORD})


def make_owner(admin, department):
    """Somebody who owns one department, invited and come in: nobody else is shown a part of what there is."""
    form = {"shown": "Olga", "name": "olga", "role": "owner", "department": str(department)}
    _, _, text, _ = admin.send("/people", "/people", form)
    link = urllib.parse.urlsplit(re.search(r"http://\S+/join/[^<\s]+", text)[0]).path
    owner = Visitor(f"http://{admin.where}")
    owner.send(link, link, {"name": "olga", "password": PASSWORD})
