"""dbutils as tasks use it, without a server."""

from __future__ import annotations

import os
import tempfile
import unittest
from unittest.mock import patch

from millrace._dbutils import DbUtils, NotebookExit


class Dbutils(unittest.TestCase):
    def test_parameters_win_over_the_defaults_of_widgets(self) -> None:
        widgets = DbUtils({"a": "1"}).widgets
        widgets.dropdown("a", "x", ["x", "y"])
        widgets.multiselect("b", "p", ["p", "q"])
        self.assertEqual(widgets.getAll(), {"a": "1", "b": "p"})
        widgets.remove("b")
        with self.assertRaisesRegex(ValueError, "No input widget named 'b'"):
            widgets.get("b")
        with self.assertRaisesRegex(ValueError, "not a choice"):
            widgets.dropdown("c", "z", ["x"])

    def test_task_values_outside_a_job_are_checked_and_not_sent(self) -> None:
        values = DbUtils().jobs.taskValues
        with patch.dict(os.environ, clear=True):
            values.set("k", [1, 2])
            self.assertEqual(values.get("t", "k", debugValue=7), 7)
            with self.assertRaisesRegex(ValueError, "'k' is not JSON"):
                values.set("k", object())
            with self.assertRaisesRegex(ValueError, "at most 49152"):
                values.set("k", "x" * 50_000)

    def test_exit_ends_the_script_with_a_value(self) -> None:
        with self.assertRaises(NotebookExit) as caught:
            DbUtils().notebook.exit(5)
        self.assertEqual((caught.exception.code, caught.exception.notebook_result), (0, "5"))

    def test_files(self) -> None:
        files = DbUtils().fs
        with tempfile.TemporaryDirectory() as folder:
            files.mkdirs(f"{folder}/d")
            files.put(f"file:{folder}/d/a.txt", "hello")
            with self.assertRaises(FileExistsError):
                files.put(f"{folder}/d/a.txt", "again")
            files.cp(f"{folder}/d", f"{folder}/e", recurse=True)
            self.assertEqual(files.head(f"{folder}/e/a.txt", 4), "hell")
            listed = files.ls(folder)
            self.assertEqual([(f.name, f.isDir()) for f in listed], [("d/", True), ("e/", True)])
            self.assertTrue(files.rm(f"{folder}/d", recurse=True))
            self.assertFalse(files.rm(f"{folder}/d"))
        with self.assertRaisesRegex(ValueError, "not on dbfs:"):
            files.ls("dbfs:/tmp")

    def test_names_what_there_is_when_something_is_not(self) -> None:
        with self.assertRaisesRegex(AttributeError, "dbutils.credentials .* fs, jobs, library"):
            _ = DbUtils().credentials


if __name__ == "__main__":
    unittest.main()
