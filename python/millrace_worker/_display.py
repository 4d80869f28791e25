"""Rich output without IPython: MIME bundles, captured streams, matplotlib figures."""

from __future__ import annotations

import base64
import contextlib
import io
import sys
from collections.abc import Callable
from typing import Any, TextIO

__all__ = ["Capture", "Tee", "mime_bundle", "take_figures"]

Output = dict[str, Any]

# Characters; browsers and the disk get an executed notebook with all of its cells at once.
_MOST_PRINTED = 5_000_000
_NOT_SHOWN = "\n[What follows is in the log of the task only: the cell printed too much]\n"

_METHODS = (
    ("_repr_html_", "text/html"),
    ("_repr_markdown_", "text/markdown"),
    ("_repr_svg_", "image/svg+xml"),
    ("_repr_png_", "image/png"),
    ("_repr_jpeg_", "image/jpeg"),
    ("_repr_latex_", "text/latex"),
    ("_repr_json_", "application/json"),
)


def mime_bundle(value: Any) -> dict[str, Any]:
    """What a value looks like, by MIME type; ``text/plain`` is always there."""
    bundle: dict[str, Any] = {"text/plain": _plain(value)}
    if isinstance(value, type):
        return bundle
    if type(value).__module__ == "matplotlib.figure" and hasattr(value, "savefig"):
        bundle["image/png"] = _figure_png(value)
        return bundle
    whole = _call(value, "_repr_mimebundle_")
    if whole:
        found = whole[0] if isinstance(whole, tuple) else whole
        bundle.update({mime: _encoded(content) for mime, content in found.items()})
    for method, mime in _METHODS:
        content = _call(value, method)
        if content is not None and mime not in bundle:
            bundle[mime] = _encoded(content[0] if isinstance(content, tuple) else content)
    return bundle


def _plain(value: Any) -> str:
    try:
        return repr(value)
    except Exception as error:
        return f"<{type(value).__name__} whose repr failed: {error}>"


def _call(value: Any, method: str) -> Any:
    function = getattr(value, method, None)
    if not callable(function):
        return None
    with contextlib.suppress(Exception):
        return function()
    return None


def _encoded(content: Any) -> Any:
    if isinstance(content, (bytes, bytearray)):
        return base64.b64encode(content).decode()
    return content


def _figure_png(figure: Any) -> str:
    image = io.BytesIO()
    figure.savefig(image, format="png", bbox_inches="tight")
    return base64.b64encode(image.getvalue()).decode()


def take_figures() -> list[dict[str, Any]]:
    """Pictures of the open pyplot figures, which are closed."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return []
    bundles = [mime_bundle(pyplot.figure(number)) for number in pyplot.get_fignums()]
    pyplot.close("all")
    return bundles


class Capture:
    """The outputs of one cell, in the order they were made; whole once it is settled.

    What it prints beyond its first 5 MB is in the log of the task alone.
    """

    def __init__(self) -> None:
        self.outputs: list[Output] = []
        self._pieces: list[str] = []
        self._room = _MOST_PRINTED

    def stream(self, name: str, text: str) -> None:
        """Adds printed text, joining it to what was printed just before."""
        if self._room <= 0 or not text:
            return
        last = self.outputs[-1] if self.outputs else None
        if last is None or last["output_type"] != "stream" or last["name"] != name:
            self.settle()
            self.outputs.append({"output_type": "stream", "name": name, "text": ""})
        self._pieces.append(text[: self._room])
        self._room -= len(text)
        if self._room <= 0:
            self._pieces.append(_NOT_SHOWN)

    def settle(self) -> None:
        """Joins what was printed; many small pieces would take long to join one by one."""
        if self._pieces:
            self.outputs[-1]["text"] += "".join(self._pieces)
            self._pieces.clear()

    def display(self, bundle: dict[str, Any], metadata: dict[str, Any] | None = None) -> None:
        """Adds something shown on the way."""
        self.settle()
        self.outputs.append(
            {"output_type": "display_data", "data": bundle, "metadata": metadata or {}}
        )

    def result(self, bundle: dict[str, Any], count: int) -> None:
        """Adds the value of the cell's last expression."""
        self.settle()
        self.outputs.append(
            {
                "output_type": "execute_result",
                "execution_count": count,
                "data": bundle,
                "metadata": {},
            }
        )

    def error(self, described: dict[str, str]) -> None:
        """Adds the exception that ended the cell."""
        self.settle()
        self.outputs.append(
            {
                "output_type": "error",
                "ename": described["type"],
                "evalue": described["message"],
                "traceback": described["traceback"].splitlines(),
            }
        )


class Tee(io.TextIOBase):
    """A stream whose text goes to the log and into the running cell's outputs."""

    def __init__(self, name: str, log: TextIO, add: Callable[[str, str], None]) -> None:
        self._name = name
        self.log = log
        self._add = add

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8"

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.log.write(text)
        self._add(self._name, text)
        return len(text)

    def flush(self) -> None:
        self.log.flush()

    def fileno(self) -> int:
        return self.log.fileno()
