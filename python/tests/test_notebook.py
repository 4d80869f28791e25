"""Notebooks run cell by cell, and what they leave behind is valid nbformat."""

from __future__ import annotations

import base64
import importlib
import importlib.util
import json
import os
import tempfile
import textwrap
import unittest
from typing import Any
from unittest.mock import patch

from millrace_worker import notebook

HAS_MATPLOTLIB = importlib.util.find_spec("matplotlib") is not None
HAS_PANDAS = importlib.util.find_spec("pandas") is not None
HAS_IPYTHON = importlib.util.find_spec("IPython") is not None
HAS_NBFORMAT = importlib.util.find_spec("nbformat") is not None


class NotebookCase(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.folder)

    def write(self, name: str, text: str) -> str:
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def ipynb(self, *sources: str, name: str = "book.ipynb") -> str:
        cells = [{"cell_type": "code", "metadata": {}, "source": [source]} for source in sources]
        return self.write(name, json.dumps({"nbformat": 4, "metadata": {}, "cells": cells}))

    def source(self, *cells: str, name: str = "book.py") -> str:
        body = "\n# COMMAND ----------\n".join(textwrap.dedent(cell).strip() for cell in cells)
        return self.write(name, f"# Databricks notebook source\n{body}\n")

    def run_book(self, path: str, **parameters: str) -> tuple[notebook.Ended, list[dict[str, Any]]]:
        output = os.path.join(self.folder, "out", "executed.ipynb")
        namespace: dict[str, Any] = {"__name__": "__main__"}
        ended = notebook.run(
            path=path, output_path=output, parameters=parameters, namespace=namespace
        )
        self.namespace = namespace
        with open(output, encoding="utf-8") as file:
            executed = json.load(file)
        if HAS_NBFORMAT:
            import nbformat

            nbformat.validate(executed)
        return ended, executed["cells"]


class Parsing(NotebookCase):
    def test_reads_source_cells_titles_and_markdown(self) -> None:
        path = self.source(
            """
            # DBTITLE 1,Load
            x = 1
            """,
            """
            # MAGIC %md
            # MAGIC # Title
            # MAGIC
            # MAGIC text
            """,
            """
            # MAGIC %sql
            # MAGIC select 1
            """,
        )
        cells = notebook.parse(path)["cells"]
        self.assertEqual([c["cell_type"] for c in cells], ["code", "markdown", "code"])
        self.assertEqual(cells[0]["metadata"], {"title": "Load"})
        self.assertEqual(cells[0]["source"], "x = 1")
        self.assertEqual(cells[1]["source"], "# Title\n\ntext")
        self.assertEqual(cells[2]["source"], "%sql\nselect 1")

    def test_says_what_is_wrong_with_a_broken_notebook(self) -> None:
        with self.assertRaisesRegex(ValueError, r"not a notebook: Expecting .* line 1"):
            notebook.parse(self.write("a.ipynb", "{"))
        with self.assertRaisesRegex(ValueError, "it has no cells"):
            notebook.parse(self.write("b.ipynb", "[]"))


class Running(NotebookCase):
    def test_shares_a_namespace_counts_cells_and_shows_the_last_expression(self) -> None:
        ended, cells = self.run_book(self.ipynb("x = 20", "print('a')\nx + 1", "x;", "None"))
        self.assertIsNone(ended.error)
        self.assertEqual([c["execution_count"] for c in cells], [1, 2, 3, 4])
        self.assertEqual(
            cells[1]["outputs"],
            [
                {"output_type": "stream", "name": "stdout", "text": "a\n"},
                {
                    "output_type": "execute_result",
                    "execution_count": 2,
                    "data": {"text/plain": "21"},
                    "metadata": {},
                },
            ],
        )
        self.assertEqual(cells[2]["outputs"] + cells[3]["outputs"], [])

    def test_keeps_the_error_and_stops_there(self) -> None:
        ended, cells = self.run_book(
            self.ipynb("def f():\n    return {}['k']", "print('before')\nf()", "print('never')")
        )
        self.assertIsInstance(ended.error, KeyError)
        printed, error = cells[1]["outputs"]
        self.assertEqual(printed["text"], "before\n")
        self.assertEqual((error["ename"], error["evalue"]), ("KeyError", "'k'"))
        trace = "\n".join(error["traceback"])
        self.assertIn("return {}['k']", trace)
        self.assertIn("<cell 1>", trace)
        self.assertNotIn("millrace_worker", trace)
        self.assertIsNone(cells[2]["execution_count"])

    def test_reports_a_syntax_error(self) -> None:
        ended, cells = self.run_book(self.ipynb("x = ("))
        self.assertIsInstance(ended.error, SyntaxError)
        self.assertEqual(cells[0]["outputs"][0]["ename"], "SyntaxError")

    def test_gives_parameters_through_widgets(self) -> None:
        code = """
            dbutils.widgets.text("day", "monday")
            dbutils.widgets.text("rows", "5")
            dbutils.notebook.exit(dbutils.widgets.get("day") + getArgument("rows"))
        """
        ended, _ = self.run_book(self.source(code), day="friday")
        self.assertEqual(ended.result, "friday5")
        ended, _ = self.run_book(self.source("dbutils.widgets.get('nope')"), day="x")
        self.assertRegex(str(ended.error), r"No input widget named 'nope' .* \['day'\]")

    def test_awaits_at_top_level(self) -> None:
        _, cells = self.run_book(self.ipynb("import asyncio\nawait asyncio.sleep(0, 'slept')"))
        self.assertEqual(cells[0]["outputs"][0]["data"], {"text/plain": "'slept'"})

    def test_runs_another_notebook_in_place_or_apart(self) -> None:
        self.source("y = 5\nprint('included')", name="helper.py")
        self.source("dbutils.notebook.exit(dbutils.widgets.get('n') * 2)", name="child.py")
        ended, cells = self.run_book(
            self.source(
                "# MAGIC %run ./helper",
                "y + 1",
                "r = dbutils.notebook.run('child', 60, {'n': 'ab'})\nprint(r, 'z' in globals())",
                "# MAGIC %run ./missing",
            )
        )
        self.assertEqual(cells[0]["outputs"][0]["text"], "included\n")
        self.assertEqual(cells[1]["outputs"][0]["data"]["text/plain"], "6")
        self.assertEqual(cells[2]["outputs"][0]["text"], "abab False\n")
        self.assertRegex(str(ended.error), r"no notebook '\./missing'; looked for .*missing\.ipynb")

    def test_runs_shell_lines_and_refuses_unknown_magics(self) -> None:
        _, cells = self.run_book(
            self.ipynb("x = 1\n!echo hi\nprint(x)", "%matplotlib inline\n%load_ext autoreload")
        )
        self.assertEqual(cells[0]["outputs"][0]["text"], "hi\n1\n")
        self.assertEqual(cells[1]["outputs"], [])
        ended, _ = self.run_book(self.ipynb("!exit 3"))
        self.assertRegex(str(ended.error), "exit code 3")
        ended, _ = self.run_book(self.ipynb("%prun f()"))
        self.assertRegex(str(ended.error), "%prun is not supported")
        ended, _ = self.run_book(self.ipynb("%%javascript\nalert(1)"))
        self.assertRegex(str(ended.error), "%%javascript is not supported")

    def test_leaves_percent_signs_in_python_alone(self) -> None:
        _, cells = self.run_book(
            self.ipynb('x = 7\ny = (x\n% 4)\ntext = """\n%pip install z\n"""\nprint(y, text)')
        )
        self.assertEqual(cells[0]["outputs"][0]["text"], "3 \n%pip install z\n\n")


class Masking(NotebookCase):
    def test_hides_secrets_in_outputs_and_errors(self) -> None:
        secrets = self.write("secrets.jsonl", json.dumps('top "secret"') + "\n")
        code = "value = 'top \"secret\"'\nprint(value)\nraise ValueError(value)"
        with patch.dict(os.environ, {"MILLRACE_SECRETS_FILE": secrets}):
            self.run_book(self.ipynb(code.replace("top", "to' 'p")))
        with open(os.path.join(self.folder, "out", "executed.ipynb"), encoding="utf-8") as file:
            executed = file.read()
        self.assertNotIn("top", executed)
        self.assertEqual(executed.count("[REDACTED]"), 3)


class Shown:
    def __repr__(self) -> str:
        return "<shown>"

    def _repr_html_(self) -> str:
        return "<b>shown</b>"

    def _repr_png_(self) -> bytes:
        return b"\x89PNG"


class Displaying(NotebookCase):
    def test_keeps_every_form_of_a_rich_object(self) -> None:
        _, cells = self.run_book(
            self.ipynb("from test_notebook import Shown\ndisplay(Shown(), 3)\nShown()")
        )
        png = base64.b64encode(b"\x89PNG").decode()
        bundle = {"text/plain": "<shown>", "text/html": "<b>shown</b>", "image/png": png}
        first, second, third = cells[0]["outputs"]
        self.assertEqual(first["output_type"], "display_data")
        self.assertEqual(first["data"], bundle)
        self.assertEqual(second["data"], {"text/plain": "3"})
        self.assertEqual(third["data"]["text/html"], "<b>shown</b>")

    def test_works_with_the_display_of_ipython(self) -> None:
        ended, cells = self.run_book(
            self.ipynb(
                "from IPython.display import HTML, display\ndisplay(HTML('<i>x</i>'))",
                "from IPython.display import Markdown\nMarkdown('**m**')",
            )
        )
        self.assertIsNone(ended.error)
        self.assertEqual(cells[0]["outputs"][0]["data"]["text/html"], "<i>x</i>")
        self.assertEqual(cells[1]["outputs"][0]["data"]["text/markdown"], "**m**")

    @unittest.skipUnless(HAS_IPYTHON, "IPython is not installed")
    def test_works_with_an_ipython_that_was_imported_before(self) -> None:
        importlib.import_module("IPython.display")
        _, cells = self.run_book(
            self.ipynb("from IPython.display import HTML, display\ndisplay(HTML('<u>y</u>'))")
        )
        self.assertEqual(cells[0]["outputs"][0]["data"]["text/html"], "<u>y</u>")

    @unittest.skipUnless(HAS_PANDAS, "pandas is not installed")
    def test_shows_a_table_as_html(self) -> None:
        _, cells = self.run_book(self.ipynb("import pandas\npandas.DataFrame({'a': [1]})"))
        data = cells[0]["outputs"][0]["data"]
        self.assertIn("<table", data["text/html"])
        self.assertEqual(data["text/plain"], "   a\n0  1")

    @unittest.skipUnless(HAS_MATPLOTLIB, "matplotlib is not installed")
    def test_shows_figures_as_pictures(self) -> None:
        _, cells = self.run_book(
            self.ipynb(
                "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()",
                "fig, ax = plt.subplots()\nfig",
                "plt.get_fignums()",
            )
        )
        (picture,) = cells[0]["outputs"]
        self.assertEqual(picture["output_type"], "display_data")
        self.assertTrue(picture["data"]["image/png"].startswith("iVBORw0KGgo"))
        self.assertEqual(cells[2]["outputs"][0]["data"]["text/plain"], "[]")


if __name__ == "__main__":
    unittest.main()
