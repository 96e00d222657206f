"""A page's form as a browser sends it back."""

from typing import Any


def filled(client, url: str) -> dict[str, Any]:
    form = client.get(url).context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {
        name: "on" if value is True else value if isinstance(value, list) else _text(value)
        for name, value in values.items()
        if value is not None and value is not False
    }


def _text(value: Any) -> str:
    return str(getattr(value, "pk", value))
