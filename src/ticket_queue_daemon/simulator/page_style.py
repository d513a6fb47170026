"""How the control page looks, in light and in dark rooms."""

from __future__ import annotations

STYLE = """
:root { color-scheme: light dark; --ink: #1c2330; --soft: #5b6577; --paper: #f5f6f8; --card: #fff;
  --line: #dde1e8; --blue: #1f5fbf; --good: #e6f4ea; --bad: #b3261e; --warn: #fdecea; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ef; --soft: #9aa5b8; --paper: #14181f;
  --card: #1d232d; --line: #323b49; --blue: #7fb0ff; --good: #16331f; --bad: #ff8a80;
  --warn: #3a1b1a; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 80rem; padding: 1.5rem; background: var(--paper);
  color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 2rem; }
h1 { font-size: 1.4rem; margin: 0; }
h2 { font-size: 1.1rem; margin: 0 0 .5rem; }
h3 { font-size: .95rem; margin: 0; flex: 1 0 100%; }
p { margin: .25rem 0 .75rem; }
a { color: var(--blue); }
.facts { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; margin: 0;
  padding: 0; color: var(--soft); }
.facts b { color: var(--ink); }
section { background: var(--card); border: 1px solid var(--line); border-radius: .5rem;
  margin: 1rem 0; padding: 1rem 1.25rem; }
.said, .wrong { border-radius: .5rem; margin: 1rem 0 0; padding: .5rem 1rem; }
.said { background: var(--good); }
.wrong { background: var(--warn); color: var(--bad); }
.none, .more, small { color: var(--soft); }
.bar { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin-bottom: .75rem; }
.inline { display: inline; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-weight: 600; color: var(--soft); font-size: .85rem; white-space: nowrap; }
th, td { padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; }
td:first-child, td:nth-child(2) { white-space: nowrap; font-variant-numeric: tabular-nums; }
.rules td:nth-child(2) { white-space: normal; min-width: 14rem; }
.journal td:nth-child(5) { white-space: nowrap; }
.journal td:last-child { overflow-wrap: anywhere; min-width: 20rem; font-size: .9rem; }
td span { display: inline-block; margin-right: .9rem; }
td .inline button { margin-top: -.15rem; padding: .15rem .5rem; }
td i { color: var(--soft); font-style: normal; }
td i::after { content: ":"; }
code { font: .85rem/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
.bad { color: var(--bad); font-weight: 600; }
.rule { display: flex; flex-wrap: wrap; gap: .75rem; align-items: flex-end; margin-top: 1.25rem;
  padding-top: 1rem; border-top: 1px solid var(--line); }
.rule label { display: flex; flex-direction: column; font-size: .85rem; color: var(--soft); }
.rule .wide { flex: 1 1 22rem; min-width: 0; }
input, select, button { font: inherit; color: var(--ink); background: var(--paper);
  border: 1px solid var(--line); border-radius: .35rem; padding: .3rem .5rem; min-width: 0; }
input::placeholder { color: var(--soft); opacity: .7; }
button { cursor: pointer; }
button:hover { border-color: var(--blue); }
.main { background: var(--blue); border-color: var(--blue); color: var(--card); font-weight: 600; }
:focus-visible { outline: 2px solid var(--blue); outline-offset: 1px; }
"""
