"""Page, dashboard, alert rules and code name the same metrics, and Prometheus understands them."""

from __future__ import annotations

import json
import re
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import promql_parser
import pytest
import yaml
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from desk import desk
from ticket_queue_daemon.actions import CommentAction
from ticket_queue_daemon.app.metering import metering
from ticket_queue_daemon.errors import StoreError
from ticket_queue_daemon.observe.gauges import DatabaseCollector, GovernorCollector, Remembered
from ticket_queue_daemon.observe.metrics import PREFIX, RESULTS, Meter

if TYPE_CHECKING:
    from desk import Desk

__all__ = ["desk"]

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/monitoring.md").read_text(encoding="utf-8")
DASHBOARD = json.loads((ROOT / "deploy/grafana-dashboard.json").read_text(encoding="utf-8"))
RULES = [
    rule
    for group in yaml.safe_load((ROOT / "deploy/prometheus-alerts.yaml").read_text())["groups"]
    for rule in group["rules"]
]
PANELS = DASHBOARD["panels"]
SHOWN = {
    f"{panel['title']} {target['refId']}": target["expr"]
    for panel in PANELS
    for target in panel["targets"]
}
EXPRESSIONS = {rule["alert"]: rule["expr"] for rule in RULES} | SHOWN
NOT_OURS = {"up", "process_resident_memory_bytes"}


def table() -> dict[str, tuple[str, set[str]]]:
    """Each metric of the page with its type and labels."""
    rows = re.findall(r"^\| `(\w+)` \| (counter|gauge|histogram) \| (.*?) ?\|", PAGE, re.MULTILINE)
    return {name: (kind, set(re.findall(r"`(\w+)`", labels))) for name, kind, labels in rows}


def away() -> Any:
    raise StoreError("away")


def families() -> dict[str, str]:
    """Each metric of ours in the code, by the name that a query uses, with its type."""
    meter = Meter("report:1344", lambda: 0.0)
    meter.registry.register(DatabaseCollector(Remembered(away, lambda: 0.0), "report:1344"))
    meter.registry.register(GovernorCollector(list))
    return {
        family.name.removeprefix(PREFIX) + "_total" * (family.type == "counter"): family.type
        for family in text_string_to_metric_families(generate_latest(meter.registry).decode())
        if family.name.startswith(PREFIX)
    }


def named(expression: str) -> set[str]:
    """Our metrics that an expression names, a histogram without the ends of its series' names."""
    found = re.findall(rf"\b{PREFIX}(\w+)", expression)
    return {re.sub(r"_seconds_(bucket|sum|count)$", "_seconds", name) for name in found}


def read(address: str) -> str:
    with closing(HTTPConnection(address.removeprefix("http://"))) as connection:
        connection.request("GET", "/metrics")
        return connection.getresponse().read().decode()


def test_the_page_has_each_metric_with_its_type() -> None:
    assert {name: kind for name, (kind, _) in table().items()} == families()


def test_the_page_has_the_labels_that_are_served(desk: Desk) -> None:
    desk.ticket("Printer")
    route = r"/tickets/\{id\}$"
    desk.simulator.faults.add("status_before", method="GET", route=route, status=429, times=1)
    app = desk.app(CommentAction("Hello"))
    assert app.client is not None
    served: dict[str, set[str]] = {}
    with metering(app, 0, daemon=True) as monitored:
        app.run_once(dry_run=False, observer=monitored.of("report:1344"))
        text = read(monitored.address)
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            for name in named(sample.name):
                served.setdefault(name, set()).update(sample.labels.keys() - {"le"})

    never_synced = {"asset_index_age_seconds"}
    assert served == {
        name: labels for name, (_, labels) in table().items() if name not in never_synced
    }


def test_the_page_explains_every_result_of_a_run() -> None:
    explained = PAGE.partition("Results of a run:")[2].partition("\n\n")[0]

    assert [result for result in RESULTS if f"`{result}`" not in explained] == []


@pytest.mark.parametrize("expression", EXPRESSIONS.values(), ids=EXPRESSIONS.keys())
def test_every_expression_is_promql_over_metrics_that_there_are(expression: str) -> None:
    promql_parser.parse(expression.replace("$__rate_interval", "5m"))

    assert named(expression) <= families().keys()
    assert set(re.findall(r"\b(?!ticket_queue_daemon_)(\w+)\{", expression)) <= NOT_OURS


def test_the_dashboard_shows_every_metric() -> None:
    shown = set().union(*map(named, SHOWN.values()))

    assert families().keys() - shown == set()


def test_the_dashboard_is_one_that_grafana_takes() -> None:
    ids = [panel["id"] for panel in PANELS]
    (queue,) = [one for one in DASHBOARD["templating"]["list"] if one["name"] == "queue"]
    cells = [
        (x, y)
        for place in (panel["gridPos"] for panel in PANELS)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]

    assert len(set(ids)) == len(ids)
    assert len(set(cells)) == len(cells)
    assert max(x for x, _ in cells) < 24
    assert {panel["type"] for panel in PANELS} == {"stat", "timeseries"}
    assert named(queue["query"]["query"]) <= families().keys()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_a_rule_is_one_that_prometheus_takes(rule: dict[str, Any]) -> None:
    assert rule.keys() <= {"alert", "expr", "for", "labels", "annotations"}
    assert re.fullmatch(r"\d+[smhd]", rule.get("for", "0s"))
    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert rule["annotations"].keys() == {"summary", "description"}
    grouped = re.search(r"by \(([\w, ]+)\)", rule["expr"])
    kept = set(grouped[1].split(", ")) if grouped else set()
    told = set(re.findall(r"\$labels\.(\w+)", " ".join(rule["annotations"].values())))
    assert told <= (kept or ({"instance"} if rule["expr"].startswith("up") else set()))


def test_the_page_says_of_each_alert_what_to_do() -> None:
    headings = re.findall(r"^### (\w+)$", PAGE, re.MULTILINE)

    assert headings == [rule["alert"] for rule in RULES]
