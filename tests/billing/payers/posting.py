"""A page's forms as a browser would send them."""

from html.parser import HTMLParser


class _Fields(HTMLParser):
    """The successful controls of one form, by the form's id or action."""

    def __init__(self, wanted: str) -> None:
        super().__init__()
        self.wanted, self.inside, self.found = wanted, False, {}
        self._select, self._first = None, None

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self.inside = self.wanted in (given.get("id"), given.get("action"))
        elif self.inside and tag == "input" and given.get("name"):
            if given.get("type") not in ("checkbox", "radio", "file") or "checked" in given:
                self.found[given["name"]] = given.get("value", "")
        elif self.inside and tag == "select":
            self._select, self._first = given.get("name"), None
        elif self.inside and tag == "option" and self._select:
            self._choose(given)

    def _choose(self, given):
        if self._first is None or "selected" in given:
            self._first = given.get("value", "")
            self.found[self._select] = self._first

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = False
        if tag == "select":
            self._select = None


def fields_of(response, form: str) -> dict[str, str]:
    parser = _Fields(form)
    parser.feed(response.content.decode())
    assert parser.found, f"no form {form}"
    return parser.found


def errors_of(response) -> list[str]:
    """The sentences in the page's error lists."""

    class Errors(HTMLParser):
        def __init__(self):
            super().__init__()
            self.depth, self.found = 0, []

        def handle_starttag(self, tag, attrs):
            if tag == "ul" and "errorlist" in (dict(attrs).get("class") or ""):
                self.depth += 1

        def handle_endtag(self, tag):
            if tag == "ul" and self.depth:
                self.depth -= 1

        def handle_data(self, data):
            if self.depth and data.strip():
                self.found.append(" ".join(data.split()))

    parser = Errors()
    parser.feed(response.content.decode())
    return parser.found
