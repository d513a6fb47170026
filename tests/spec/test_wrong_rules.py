"""Wrong rules files, each with every word that is said about it: its place, and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from ticket_queue_daemon.actions.registry import Registry
from ticket_queue_daemon.app.rules import configure
from ticket_queue_daemon.errors import ConfigError

SECRET = "hunter2"
REGISTRY = Registry.discover(())
CASES: dict[str, tuple[str, str, list[str]]] = {
    "an empty file": (
        "yaml",
        "",
        ["line 1: the file is empty; ticket-queue-daemon config init writes one to begin with"],
    ),
    "only a comment": (
        "yaml",
        "# nothing yet\n",
        ["line 1: the file is empty; ticket-queue-daemon config init writes one to begin with"],
    ),
    "a list": (
        "yaml",
        "- add_asset\n",
        ["line 1: expected names with values, such as version: 1 and actions: [...]"],
    ),
    "a tab": (
        "yaml",
        ("version: 1\nqueue:\n\treport: 1344\n"),
        [
            "line 3: this is no YAML: a character that can't stand here; YAML indents with spaces, never with tabs, and a text that begins with @, % or ` needs quotes"
        ],
    ),
    "two colons": (
        "yaml",
        ("version: 1\nactions:\n  - comment: {comment_text: a: b}\n"),
        [
            "line 3: this is no YAML: a bracket that is not closed, or a comma that is missing; a text with ': ' in it needs quotes"
        ],
    ),
    "an unclosed bracket": (
        "yaml",
        ("version: 1\nactions: [add_asset\n"),
        [
            "line 2: this is no YAML: a bracket that is not closed, or a comma that is missing; a text with ': ' in it needs quotes"
        ],
    ),
    "unclosed quotes": (
        "yaml",
        ('version: 1\nactions:\n  - comment: {comment_text: "Hi}\n'),
        ["line 3: this is no YAML: quotes that are not closed"],
    ),
    "a star": (
        "yaml",
        ("version: 1\nactions:\n  - comment: {comment_text: *bold}\n"),
        [
            "line 3: this is no YAML: a * that names no & above it; a text that begins with * needs quotes"
        ],
    ),
    "an odd indentation": (
        "yaml",
        ("version: 1\nqueue:\n  report: 1344\n id_column: A\n"),
        ["line 4: this is no YAML: the indentation does not fit the lines above"],
    ),
    "two documents": (
        "yaml",
        ("version: 1\n---\nversion: 1\n"),
        ["line 2: this is no YAML: a second document (---); a file holds one"],
    ),
    "a key twice": (
        "yaml",
        ("version: 1\nqueue:\n  report: 1344\n  report: 1345\nactions: [add_asset]\n"),
        ["line 4: queue.report: given twice; first in line 3"],
    ),
    "a YAML tag": (
        "yaml",
        ("version: 1\nactions: [!!python/name:os.system '']\n"),
        [
            "line 2: actions[0]: the YAML tag !!python/name:os.system is not understood here; leave it away"
        ],
    ),
    "a control character": (
        "yaml",
        ("version: 1\nactions: [\x07]\n"),
        ["line 2: a control character, which no YAML file may hold"],
    ),
    "broken JSON": (
        "json",
        ('{"version": 1,\n "actions": ["add_asset",]\n}'),
        ["line 2: this is no JSON: expecting value"],
    ),
    "a JSON number that is none": (
        "json",
        '{"version": 1, "queue": {"report": NaN}}',
        ["line 1: this is no JSON: NaN is no number"],
    ),
    "broken TOML": (
        "toml",
        ("version = 1\n[queue]\nreport = \n"),
        ["line 3: this is no TOML: invalid value"],
    ),
    "a TOML key twice": (
        "toml",
        ("version = 1\nversion = 2\n"),
        ["line 2: this is no TOML: cannot overwrite a value"],
    ),
    "an ending that is not known": (
        "ini",
        "version=1\n",
        ["line 1: a rules file ends in .yaml, .yml, .json, .toml; a Python file in .py"],
    ),
    "no version": (
        "yaml",
        "actions: [summary_comment]\n",
        ["line 1: version is missing; write version: 1"],
    ),
    "a later version": (
        "yaml",
        ("version: 2\nactions: [summary_comment]\n"),
        ["line 1: version: 2 is not known here; write version: 1"],
    ),
    "a version in quotes": (
        "yaml",
        ('version: "1"\nactions: [summary_comment]\n'),
        ['line 1: version: the text "1" is not known here; write version: 1'],
    ),
    "an unknown field": (
        "yaml",
        ("version: 1\naction: [add_asset]\n"),
        [
            "line 1: actions: expected a list with at least one action, such as [add_asset]",
            "line 2: action: unknown field; did you mean actions?",
        ],
    ),
    "no actions": (
        "yaml",
        "version: 1\n",
        ["line 1: actions: expected a list with at least one action, such as [add_asset]"],
    ),
    "an empty list of actions": (
        "yaml",
        ("version: 1\nactions: []\n"),
        ["line 2: actions: expected a list with at least one action, such as [add_asset]"],
    ),
    "actions that are no list": (
        "yaml",
        ("version: 1\nactions: {add_asset: {}}\n"),
        ["line 2: actions: expected a list with at least one action, such as [add_asset]"],
    ),
    "a queue that is a number": (
        "yaml",
        ("version: 1\nqueue: 1344\nactions: [summary_comment]\n"),
        ["line 2: queue: expected names with values, such as {report: 1344}"],
    ),
    "an unknown queue field": (
        "yaml",
        ("version: 1\nqueue: {raport: 1344}\nactions: [summary_comment]\n"),
        ["line 2: queue.raport: unknown field; did you mean report?"],
    ),
    "a report in quotes": (
        "yaml",
        ('version: 1\nqueue: {report: "1344"}\nactions: [summary_comment]\n'),
        ['line 2: queue.report: expected a report id, a whole number from 1, not the text "1344"'],
    ),
    "a report of zero": (
        "yaml",
        ("version: 1\nqueue: {report: 0}\nactions: [summary_comment]\n"),
        ["line 2: queue.report: expected a report id, a whole number from 1, not 0"],
    ),
    "a report that is nothing": (
        "yaml",
        ("version: 1\nqueue:\n  report:\nactions: [summary_comment]\n"),
        ["line 3: queue.report: expected a report id, a whole number from 1, not nothing"],
    ),
    "an interval of a fortnight": (
        "yaml",
        ("version: 1\nqueue: {interval: 1209600}\nactions: [summary_comment]\n"),
        [
            "line 2: queue.interval: expected a whole number of seconds from 1 to 604800, not 1209600"
        ],
    ),
    "workers that are true": (
        "yaml",
        ("version: 1\nqueue: {workers: true}\nactions: [summary_comment]\n"),
        ["line 2: queue.workers: expected a whole number from 1 to 64, not true"],
    ),
    "a column that is a number": (
        "yaml",
        ("version: 1\nqueue: {id_column: 5}\nactions: [summary_comment]\n"),
        ["line 2: queue.id_column: expected a column's name, not 5"],
    ),
    "queue and queues": (
        "yaml",
        ("version: 1\nqueue: {report: 1}\nqueues: [{report: 2}]\nactions: [summary_comment]\n"),
        ["line 3: queues: queue is given as well; keep one of the two"],
    ),
    "queues that are none": (
        "yaml",
        ("version: 1\nqueues: []\nactions: [summary_comment]\n"),
        ["line 2: queues: expected a list with queues, such as [{report: 1344}]"],
    ),
    "two queues of one name": (
        "yaml",
        ("version: 1\nqueues:\n  - report: 1344\n  - report: 1344\nactions: [summary_comment]\n"),
        [
            "line 4: queues[1].report: report:1344 is queues[0] in rules.yaml line 3 already; give each a name of its own"
        ],
    ),
    "defaults that are a list": (
        "yaml",
        ("version: 1\ndefaults: [is_private]\nactions: [summary_comment]\n"),
        ["line 2: defaults: expected options with values, such as {is_private: true}"],
    ),
    "a default that no action has": (
        "yaml",
        ("version: 1\ndefaults: {is_privat: true}\nactions: [summary_comment]\n"),
        ["line 2: defaults.is_privat: no action has such an option; did you mean is_private?"],
    ),
    "a default like none": (
        "yaml",
        ("version: 1\ndefaults: {zzz: 1}\nactions: [summary_comment]\n"),
        ["line 2: defaults.zzz: no action has such an option"],
    ),
    "enabled as a default": (
        "yaml",
        ("version: 1\ndefaults: {enabled: false}\nactions: [summary_comment]\n"),
        ["line 2: defaults.enabled: belongs to one action and is no default"],
    ),
    "a wrong default": (
        "yaml",
        (
            "version: 1\n"
            "defaults:\n"
            "  is_private: yes\n"
            "actions:\n"
            "  - comment: {comment_text: Hi}\n"
            "  - summary_comment\n"
        ),
        [
            'line 3: defaults.is_private: expected true or false, not the text "yes"; yes, no, on and off are words here, so write true or false'
        ],
    ),
    "an unknown action": (
        "yaml",
        ("version: 1\nactions: [add_assets]\n"),
        ["line 2: actions[0]: unknown action add_assets; did you mean add_asset?"],
    ),
    "an action like none": (
        "yaml",
        ("version: 1\nactions: [zzz]\n"),
        [
            "line 2: actions[0]: unknown action zzz; there are: add_asset, add_lab, assign, comment, custom_field, find_active_tickets, notify, remove_asset, script, set_fields, status_change, summary_comment, tag, task, webhook"
        ],
    ),
    "an action that is a number": (
        "yaml",
        ("version: 1\nactions: [5]\n"),
        ["line 2: actions[0]: expected an action, such as add_asset: {max_assets_to_add: 5}"],
    ),
    "a type that is a list": (
        "yaml",
        ("version: 1\nactions:\n  - type: [comment]\n"),
        ["line 3: actions[0].type: expected the type word of an action"],
    ),
    "options that are a text": (
        "yaml",
        ("version: 1\nactions:\n  - comment: Hello\n"),
        ['line 3: actions[0].comment: expected options with values, not the text "Hello"'],
    ),
    "options beside the action": (
        "yaml",
        ("version: 1\nactions:\n  - comment:\n    comment_text: Hello\n"),
        [
            "line 4: actions[0].comment_text: stands beside comment and not under it; indent it further than comment"
        ],
    ),
    "two actions in one": (
        "yaml",
        ("version: 1\nactions:\n  - greet: {}\n    add_asset: {}\n"),
        [
            "line 4: actions[0].add_asset: an action is one word with its options under it, or type: with its options"
        ],
    ),
    "the same action twice": (
        "yaml",
        ("version: 1\nactions:\n  - tag: {add: [vip]}\n  - tag:\n      add: [vip]\n"),
        [
            "line 4: actions[1].tag: the same action as actions[0].tag in rules.yaml line 3; remove one, or give it another version"
        ],
    ),
    "a summary before the end": (
        "yaml",
        ("version: 1\nactions: [summary_comment, add_asset]\n"),
        ["line 2: actions[0]: tells what the actions before it did, so it goes last"],
    ),
    "every action disabled": (
        "yaml",
        ("version: 1\nactions:\n  - add_asset: {enabled: false}\n"),
        ["line 2: actions: every action is disabled; enable one"],
    ),
    "a missing option": (
        "yaml",
        ("version: 1\nactions: [comment]\n"),
        [
            "line 2: actions[0].comment_text: missing: what to say; plain text, or HTML with `is_rich_html`."
        ],
    ),
    "an unknown option": (
        "yaml",
        ("version: 1\nactions:\n  - comment:\n      coment_text: Hi\n      comment_text: Hi\n"),
        ["line 4: actions[0].comment.coment_text: unknown option; did you mean comment_text?"],
    ),
    "an option in another case": (
        "yaml",
        ("version: 1\nactions:\n  - comment: {CommentText: Hi, comment_text: Hi}\n"),
        ["line 3: actions[0].comment.CommentText: unknown option; did you mean comment_text?"],
    ),
    "yes for true": (
        "yaml",
        ("version: 1\nactions:\n  - add_asset: {active_status_only: yes}\n"),
        [
            'line 3: actions[0].add_asset.active_status_only: expected true or false, not the text "yes"; yes, no, on and off are words here, so write true or false'
        ],
    ),
    "a number in quotes": (
        "yaml",
        ('version: 1\nactions:\n  - add_asset: {max_assets_to_add: "5"}\n'),
        [
            'line 3: actions[0].add_asset.max_assets_to_add: expected a whole number, not the text "5"; leave the quotes away'
        ],
    ),
    "a fraction for a number": (
        "yaml",
        ("version: 1\nactions:\n  - add_asset: {max_assets_to_add: 1.5}\n"),
        ["line 3: actions[0].add_asset.max_assets_to_add: expected a whole number, not 1.5"],
    ),
    "a number too small": (
        "yaml",
        ("version: 1\nactions:\n  - add_asset:\n      max_assets_to_add: 0\n"),
        [
            "line 4: actions[0].add_asset.max_assets_to_add: max_assets_to_add is 0. It must be 1 or more."
        ],
    ),
    "a number for a text": (
        "yaml",
        ("version: 1\nactions:\n  - comment: {comment_text: 5}\n"),
        ["line 3: actions[0].comment.comment_text: expected a text, not 5; put quotes around it"],
    ),
    "one word for a list": (
        "yaml",
        ("version: 1\nactions:\n  - tag: {add: vip}\n"),
        [
            'line 3: actions[0].tag.add: expected a list, such as [one, two], not the text "vip"; put brackets around it'
        ],
    ),
    "a wrong member of a list": (
        "yaml",
        ("version: 1\nactions:\n  - tag:\n      add:\n        - vip\n        - 7\n"),
        ["line 6: actions[0].tag.add[1]: expected a text, not 7; put quotes around it"],
    ),
    "a word that is none of the words": (
        "yaml",
        ("version: 1\nactions:\n  - assign: {responsible_group_id: 5, pick: least_load}\n"),
        [
            'line 3: actions[0].assign.pick: the text "least_load" is none of round_robin, least_loaded; did you mean least_loaded?'
        ],
    ),
    "a wrong rule option": (
        "yaml",
        ("version: 1\nactions:\n  - add_asset: {reevaluate: always}\n"),
        ['line 3: actions[0].add_asset.reevaluate: the text "always" is none of never, on_update'],
    ),
    "a rule option that no summary has": (
        "yaml",
        ("version: 1\nactions:\n  - summary_comment: {reevaluate: on_update}\n"),
        [
            "line 3: actions[0].summary_comment.reevaluate: summary_comment tells what the actions before it did, and has no reevaluate"
        ],
    ),
    "options that exclude each other": (
        "yaml",
        ("version: 1\nactions:\n  - assign: {responsible_uid: Theo, responsible_uids: [Theo]}\n"),
        ["line 3: actions[0].assign: has responsible_uid and responsible_uids. Decide for one."],
    ),
    "a field that no ticket has": (
        "yaml",
        ("version: 1\nactions:\n  - set_fields:\n      fields:\n        priorty: High\n"),
        [
            "line 5: actions[0].set_fields.fields.priorty: a ticket has no field 'priorty'. Did you mean priority_id?"
        ],
    ),
    "a wrong address": (
        "yaml",
        (
            "version: 1\n"
            "actions:\n"
            "  - notify:\n"
            "      notify:\n"
            "        - help@example.edu\n"
            "        - helpdesk\n"
            "      comments: Hi\n"
        ),
        [
            "line 6: actions[0].notify.notify[1]: notify has 'helpdesk'. It takes e-mail addresses and the words requestor and responsible."
        ],
    ),
    "a condition that can't work": (
        "yaml",
        (
            "version: 1\n"
            "actions:\n"
            "  - tag:\n"
            "      add: [vip]\n"
            '      when: ticket.Titel.contains("printer")\n'
            "  - tag:\n"
            "      add: [vip2]\n"
            "      when: ticket.Title == 3\n"
            "  - tag:\n"
            "      add: [vip3]\n"
            "      when: ticket.Title ==\n"
        ),
        [
            "line 5: actions[0].tag.when: when, line 1, column 8: ticket has no 'Titel'. Did you mean Title?",
            "line 8: actions[1].tag.when: when, line 1, column 14: a text is compared with a number. Look for a slip, or turn one into the other: int(...), double(...), string(...).",
            "line 11: actions[2].tag.when: when, line 1, column 16: something is missing at the end. Mend the condition.",
        ],
    ),
    "times that can't be read": (
        "yaml",
        (
            "version: 1\n"
            "queue: {report: 1344, time_zone: America/Detriot}\n"
            "actions:\n"
            "  - tag: {add: [a], after: 3 fortnights}\n"
            "  - tag: {add: [b], after: 3d, since: create}\n"
            "  - tag: {add: [c], every: 5s}\n"
            "  - tag: {add: [d], schedule: Mun-Fri 08:00-17:00}\n"
            "  - tag: {add: [e], after: 2 business days}\n"
            "  - tag: {add: [f], at_most: 3}\n"
        ),
        [
            "line 2: queue.time_zone: there is no time zone 'America/Detriot'. Did you mean America/Detroit, America/Marigot, America/Puerto_Rico?",
            "line 4: actions[0].tag.after: 'fortnights' in '3 fortnights' is no unit of time. Units are s, m, h, d and w.",
            'line 5: actions[1].tag.since: the text "create" is none of created, modified, last_requestor_reply, last_technician_reply, status_change, due; did you mean created?',
            "line 6: actions[2].tag.every: every '5s' is too often. A minute is the least.",
            "line 7: actions[3].tag.schedule: 'mun' is no day of the week. Did you mean Sun, Mon?",
            "line 8: actions[4].tag.after: business 2d needs business hours. Give the queue its business hours and time zone.",
            "line 9: actions[5].tag.at_most: at_most and catch_up belong to every. Say how often, too.",
        ],
    ),
    "an order that can't be kept": (
        "yaml",
        (
            "version: 1\n"
            "actions:\n"
            "  - tag: {add: [a], depends_on: coment}\n"
            "  - tag: {add: [b], label: first}\n"
            "  - tag: {add: [c], depends_on: frist}\n"
            "  - tag: {add: [d], depends_on: tag}\n"
            "  - tag: {add: [e], once_per: person, limit: -1, stop: 'yes'}\n"
        ),
        [
            "line 3: actions[0].tag.depends_on: no action before this one is called 'coment'",
            "line 5: actions[2].tag.depends_on: no action before this one is called 'frist'; did you mean first?",
            "line 6: actions[3].tag.depends_on: several actions before this one are called 'tag'; give the one that is meant a label",
            "line 7: actions[4].tag.limit: expected 0 or more, not -1",
            'line 7: actions[4].tag.once_per: the text "person" is none of ticket, requestor, day',
            'line 7: actions[4].tag.stop: expected true or false, not the text "yes"; yes, no, on and off are words here, so write true or false',
        ],
    ),
    "an unknown variable of a template": (
        "yaml",
        (
            "version: 1\n"
            "actions:\n"
            "  - comment:\n"
            "      template: true\n"
            '      comment_text: "{{ ticket.titel }}"\n'
        ),
        [
            "line 5: actions[0].comment.comment_text: comment_text, line 1: ticket has no 'titel'. Did you mean title?"
        ],
    ),
    "a naming pattern that is none": (
        "yaml",
        ('version: 1\nactions:\n  - add_asset:\n      patterns: {kiosk: "kio[0-9"}\n'),
        [
            "line 4: actions[0].add_asset.patterns.kiosk: The naming pattern 'kiosk' can't be used: unterminated character set, at character 4 of 'kio[0-9'. Write an expression for the whole name without look-around and back references, such as lab[0-9]{3}-[a-z]{2}; case does not matter."
        ],
    ),
    "a variable that is not set": (
        "yaml",
        ("version: 1\nactions:\n  - comment:\n      comment_text: Call ${PHONE}\n"),
        [
            "line 4: actions[0].comment.comment_text: the environment has no PHONE; set it, or write ${PHONE:-default}, or $${ for a plain ${"
        ],
    ),
    "a variable without a name": (
        "yaml",
        ("version: 1\nactions:\n  - comment: {comment_text: 'cost ${ }'}\n"),
        [
            "line 3: actions[0].comment.comment_text: a ${ that names no variable; write ${NAME}, or $${ for a plain ${"
        ],
    ),
    "a variable of another kind": (
        "yaml",
        ("version: 1\nactions:\n  - add_asset: {max_assets_to_add: '${SECRET}'}\n"),
        [
            'line 3: actions[0].add_asset.max_assets_to_add: expected a whole number, not the text "${SECRET}"'
        ],
    ),
    "a report from a wrong variable": (
        "yaml",
        ("version: 1\nqueue: {report: '${SECRET}'}\nactions: [summary_comment]\n"),
        [
            'line 2: queue.report: expected a report id, a whole number from 1, not the text "${SECRET}"'
        ],
    ),
    "a wrong word from a variable": (
        "yaml",
        ("version: 1\nactions:\n  - notify: {notify: ['${SECRET}'], comments: Hi}\n"),
        [
            "line 3: actions[0].notify.notify[0]: notify has '${SECRET}'. It takes e-mail addresses and the words requestor and responsible."
        ],
    ),
    "a TOML option": (
        "toml",
        (
            "version = 1\n"
            "\n"
            "[[actions]]\n"
            'type = "comment"\n'
            'comment_txt = "Hi"\n'
            "\n"
            "[[actions]]\n"
            'type = "tag"\n'
            "add = [\n"
            '  "vip",\n'
            "  7,\n"
            "]\n"
        ),
        [
            "line 3: actions[0].comment_text: missing: what to say; plain text, or HTML with `is_rich_html`.",
            "line 5: actions[0].comment_txt: unknown option; did you mean comment_text?",
            "line 11: actions[1].add[1]: expected a text, not 7; put quotes around it",
        ],
    ),
    "a JSON option": (
        "json",
        (
            "{\n"
            '  "version": 1,\n'
            '  "actions": [\n'
            '    {"comment": {\n'
            '      "comment_txt": "Hi"\n'
            "    }}\n"
            "  ]\n"
            "}"
        ),
        [
            "line 4: actions[0].comment.comment_text: missing: what to say; plain text, or HTML with `is_rich_html`.",
            "line 5: actions[0].comment.comment_txt: unknown option; did you mean comment_text?",
        ],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_every_mistake_is_told_with_its_line_and_field(name: str) -> None:
    ending, text, mistakes = CASES[name]
    file = Path(f"rules.{ending}")
    file.write_text(text, encoding="utf-8")

    with pytest.raises(ConfigError) as refused:
        configure(file, environ={"SECRET": SECRET}, registry=REGISTRY)

    head, *told = refused.value.message.splitlines()
    many = "one mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
    assert head == f"{file} can't be used, {many}:"
    assert told == [f"  {file} {mistake}" for mistake in mistakes]
    assert SECRET not in refused.value.message
    assert refused.value.advice.endswith(f"ticket-queue-daemon config validate {file}")


def test_there_are_fifty_of_them() -> None:
    assert len(CASES) >= 50
