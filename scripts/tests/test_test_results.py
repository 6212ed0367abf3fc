"""The counting of test results: each form of outcome counts once, and files
that are missing or broken count as failures."""

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import test_results  # noqa: E402

GTEST = """<testsuites><testsuite name="S">
<testcase name="a" classname="S" status="run" result="completed"/>
<testcase name="b" classname="S" status="run" result="completed"><failure/></testcase>
<testcase name="c" classname="S" status="run" result="skipped"><skipped/></testcase>
<testcase name="d" classname="S" status="notrun" result="suppressed"/>
</testsuite></testsuites>"""


def ctest(*tests: tuple[str, bool]) -> str:
    cases = "".join(
        f'<testcase name="{name}" classname="{name}" status="{"run" if ok else "fail"}">'
        f'{"" if ok else "<failure/>"}</testcase>' for name, ok in tests)
    return f"<testsuite>{cases}</testsuite>"


def counts(result):
    return result.passed, result.failed, result.skipped


def test_gtest_cases_count_one_by_one(tmp_path):
    (tmp_path / "ctest.xml").write_text(ctest(("LayoutTests", False)))
    (tmp_path / "LayoutTests.xml").write_text(GTEST)
    result = test_results.read_unit_tests(tmp_path / "ctest.xml", tmp_path)
    assert counts(result) == (1, 1, 2)
    assert result.failures == ["LayoutTests::S::b"]


def test_crash_without_case_file_is_one_failure(tmp_path):
    (tmp_path / "ctest.xml").write_text(ctest(("A", False), ("B", True)))
    result = test_results.read_unit_tests(tmp_path / "ctest.xml", tmp_path)
    assert counts(result) == (1, 1, 0)


def test_failure_outside_the_cases_is_one_failure(tmp_path):
    (tmp_path / "ctest.xml").write_text(ctest(("A", False)))
    (tmp_path / "A.xml").write_text(
        '<testsuites><testcase name="a" status="run" result="completed"/></testsuites>')
    result = test_results.read_unit_tests(tmp_path / "ctest.xml", tmp_path)
    assert counts(result) == (1, 1, 0)


def test_pytest_junit(tmp_path):
    path = tmp_path / "p.xml"
    path.write_text('<testsuites><testsuite><testcase name="a"/><testcase name="b">'
                    '<skipped/></testcase><testcase name="c"><error/></testcase>'
                    '</testsuite></testsuites>')
    assert counts(test_results.read_junit(path, "pytest")) == (1, 1, 1)


def test_lit_codes(tmp_path):
    codes = ["PASS", "XFAIL", "UNSUPPORTED", "XPASS", "UNRESOLVED", "TIMEOUT", "FAIL"]
    path = tmp_path / "lit.json"
    path.write_text(json.dumps({"tests": [{"name": c, "code": c} for c in codes]}))
    assert counts(test_results.read_lit(path)) == (2, 4, 1)


@pytest.mark.parametrize("text", [None, "", "<testsuite>", "{}"])
def test_missing_or_broken_files_are_failures(tmp_path, text):
    path = tmp_path / "r"
    if text is not None:
        path.write_text(text)
    assert counts(test_results.read_lit(path)) == (0, 1, 0)
    assert counts(test_results.read_junit(path, "x")) == (0, 1, 0)
    assert counts(test_results.read_unit_tests(path, tmp_path)) == (0, 1, 0)


def test_closing_line():
    result = test_results.Result(passed=3)
    assert result.line() == "3 passed, 0 failed"
    result.add(test_results.Result(passed=1, failed=2, skipped=1))
    assert result.line() == "4 passed, 2 failed, 1 skipped"


def test_families_are_counted_by_name(tmp_path):
    path = tmp_path / "pytest.xml"
    path.write_text("""<testsuites><testsuite>
<testcase classname="e2e.test_family_conv" name="a"/>
<testcase classname="e2e.test_family_conv" name="b"><failure/></testcase>
<testcase classname="e2e.test_family_sort.Long" name="c"><skipped/></testcase>
<testcase classname="e2e.test_models" name="d"/>
</testsuite></testsuites>""")
    families = test_results.read_families(path)
    assert {name: counts(result) for name, result in families.items()} == \
        {"conv": (1, 1, 0), "sort": (0, 0, 1)}


def test_no_families_without_results(tmp_path):
    assert test_results.read_families(tmp_path / "missing.xml") == {}
