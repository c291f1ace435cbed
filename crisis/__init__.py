"""The crisis part: an event log on local disk, state as a fold over it, and its sync (docs/architecture.md).

Start with `service.running(settings)`, which gives a `node.Node`: `act` does what staff ask for (commands.py, rules.py)
and `receive` takes residents' calls and reports; `state` is what holds (state.py, views.py), `follow` the stream.
"""
