"""The crisis part: an event log on local disk, state as a fold over it, and its sync (docs/architecture.md).

Start with `service.running(settings)`, which gives a `node.Node`. Its `act` carries out what staff ask for
(model/commands.py, state/rules.py), `receive` takes residents' calls and reports, `state` is what its events add up to
(state/state.py, state/views.py), and `follow` gives the stream of events.

    model     the vocabulary: events, commands, areas, roles
    log       the event log on disk, its recovery, and its followers
    state     the folds of events into views, and the rules for commands
    accounts  who may sign in, beside the log
    sync      the exchange between nodes, bulletins for boxes, calls from the wire, the copy in the database
"""
