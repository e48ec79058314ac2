"""What there is to ask: every page and every API list, in every way in which its own form and its own links let one ask.

Pages come from the one table of routes and the API from the OpenAPI document, so what is added there is measured here
without a word; filters come from the forms of the pages and the parameters of the document."""

import html.parser
import json
import re
from pathlib import Path
from urllib.parse import urlencode

ROUTES = Path(__file__).resolve().parents[2] / "crates/web/src/routes.rs"
# What is searched for: one system, half of them, none.
SEARCHES = ("device-4711", "10.0.1", "no such thing")
# So many pages of a list follow one another, and so many things of a kind are looked at.
DEPTH, SAMPLES = 8, 6
# Places far down a list, in parts of the way; a list that counts down to it begins anew.
FAR = (0.75, 0.5, 0.1)
# What is asked besides, because one comes to it by what stands on a page and not by its forms.
BESIDE = {"/map": ("/map?asset=1", "/map?department=7&with=9", "/map?department=7&with=7", "/map?by=sites", "/map?site=2&with=3",
                   "/map?by=systems", "/map?after=0.1000")}
# The bit that says in a place of the findings that somebody has to do something.
LIVE = 1 << 40
# What the API's parameters take. One that is not here is asked with nothing.
VALUES = {"words": SEARCHES, "department": ("7",), "criticality": ("life_critical", "high"), "state": ("all", "back", "accepted"),
          "severity": ("critical", "low"), "flaw": ("CVE-2014-0160", "none"), "who": ("me",), "due": ("over",), "size": ("500",),
          "asset": ("1",), "site": ("2",), "with": ("9",), "protocol": ("mllp", "none"), "secrecy": ("clear", "encrypted"), "after": ()}
# These look through all that there is, or wait for news, because that is what they are for; no bar holds for them.
WHOLE = ("/api/v1/audit/verify",)
STREAMS = ("/scans/{id}/events",)


class Page(html.parser.HTMLParser):
    """The forms that only ask, and the way on."""

    def __init__(self, text):
        super().__init__()
        self.next, self.choices, self.searches, self.links = None, {}, [], []
        self.asks, self.choice = False, None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        has = dict(attributes)
        if tag == "form":
            self.asks = has.get("method", "get").lower() == "get"
        elif tag == "a":
            self.links.append(has.get("href", ""))
            if has.get("rel") == "next":
                self.next = has["href"]
        elif tag == "select" and self.asks:
            self.choice = has["name"]
        elif tag == "option" and self.choice and has.get("value"):
            self.choices.setdefault(self.choice, []).append(has["value"])
        elif tag == "input" and self.asks and has.get("type") == "search":
            self.searches.append(has["name"])

    def handle_endtag(self, tag):
        if tag == "select":
            self.choice = None


def routes(visitor):
    """The path of everything that only shows."""
    table = re.findall(r'\bget\(\s*"([^"]+)"', ROUTES.read_text())
    pages = [path for path in table if not path.startswith("/api/") and path not in STREAMS]
    return pages, list(document(visitor))


def document(visitor):
    """Path and parameters of everything in the API that only shows."""
    _, _, text, _ = visitor.ask("/api/v1/openapi.json")
    for path, ways in json.loads(text)["paths"].items():
        if "get" in ways:
            named = [one["name"] for one in ways["get"].get("parameters", [])]
            yield path, [name for name in named if f"{{{name}}}" not in path]


def ways(visitor, route, parameters, samples):
    """Every address by which a route is asked."""
    for path in filled(visitor, route, samples):
        if parameters is None:
            yield from of_page(visitor, path)
        else:
            yield from of_list(visitor, path, parameters)


def filled(visitor, route, samples):
    """The route with numbers of things that there are in place of its blanks; of a blank that is not known, 1."""
    kind, blank, _ = route.partition("/{id}")
    some = samples(visitor, kind.removeprefix("/api/v1")) if blank else [1]
    return [re.sub(r"\{\w+\}", "1", route.replace("{name}", "style.css").replace("{id}", str(number))) for number in some]


def samples(visitor, kind):
    """The first of everything, which is the busiest, and some that its list begins with."""
    status, _, text, _ = visitor.ask(f"/api/v1{kind}?size={SAMPLES}")
    listed = json.loads(text) if status == 200 else []
    rows = listed.get("rows", []) if isinstance(listed, dict) else listed
    return dict.fromkeys([1, *(row["id"] for row in rows[:SAMPLES] if "id" in row)])


def of_page(visitor, path):
    yield path
    status, _, text, _ = visitor.ask(path)
    page = Page(text) if status == 200 else Page("")
    yield from onward(visitor, page.next, lambda text: Page(text).next)
    some = {name: list(dict.fromkeys([values[0], values[len(values) // 2], values[-1]])) for name, values in page.choices.items()}
    some |= {name: list(SEARCHES) for name in page.searches}
    for query in queries(some):
        yield f"{path}?{urlencode(query)}"
    yield from BESIDE.get(path, ())


def of_list(visitor, path, parameters):
    yield path
    if "after" in parameters:
        def onwards(text):
            place = json.loads(text).get("next")
            return place and f"{path}?{urlencode({'after': place, 'size': 500})}"
        yield from onward(visitor, onwards(visitor.ask(path)[2]), onwards)
    some = {name: VALUES[name] for name in parameters if VALUES.get(name)}
    for query in queries(some):
        yield f"{path}?{urlencode(query)}"


def onward(visitor, address, following):
    """Page after page, and places far behind."""
    first = address
    for _ in range(DEPTH):
        if not address:
            return
        yield address
        address = following(visitor.ask(address)[2])
    place = re.search(r"after=(-?\d+)\.(-?\d+)", first)
    if place is None:
        return
    head, tail = int(place[1]), int(place[2])
    for part in FAR:
        if head >= LIVE:
            yield first.replace(place[0], f"after={LIVE + int((head - LIVE) * part)}.{tail}")
            yield first.replace(place[0], f"after={int((head - LIVE) * part)}.{tail}")
        else:
            yield first.replace(place[0], f"after={int(head * part)}.{int(tail * part)}")


def queries(some):
    """Each filter by itself, and each with each other one."""
    names = list(some)
    for number, name in enumerate(names):
        for value in some[name]:
            yield {name: value}
        for other in names[number + 1:]:
            yield {name: some[name][len(some[name]) // 2], other: some[other][len(some[other]) // 2]}
