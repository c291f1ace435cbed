"""Texts for what was done: event kinds, changes of accounts, where it came from, why it is not taken."""

from collections.abc import Mapping
from types import MappingProxyType

from crisis.model.call_bodies import CallerSaid, DistressNoted
from crisis.model.event_bodies import Source
from crisis.model.events import Event, Unread
from crisis.trust.rights import Reason as HeldReason
from translations.marks import N_

# What was done, by the name of the event (`name_of`); `unread` for an event of a newer program.
EVENTS: Mapping[str, str] = MappingProxyType(
    {
        "mode_proposed": N_("proposed a mode"),
        "mode_set": N_("set the mode"),
        "mode_seen": N_("a box shows"),
        "area_named": N_("named a district or a box"),
        "power_seen": N_("power at a box"),
        "notice_published": N_("published or changed a notice"),
        "notice_withdrawn": N_("withdrew a notice"),
        "point_put": N_("entered or changed a place of help"),
        "point_closed": N_("closed a place of help"),
        "distress_received": N_("called for help"),
        "distress_taken": N_("took a call for help"),
        "distress_closed": N_("closed a call for help"),
        "distress_reopened": N_("opened a call for help again"),
        "distress_assigned": N_("assigned a call for help"),
        "distress_noted": N_("noted how a call for help stands"),
        "distress_prioritized": N_("set the priority of a call for help"),
        "report_received": N_("reported"),
        "report_answered": N_("answered a report"),
        "command_sent": N_("sent a command"),
        "command_result": N_("answered a command"),
        "time_corrected": N_("corrected a time"),
        "node_certified": N_("made a node a member"),
        "node_revoked": N_("revoked a node"),
        "account_issued": N_("made an account"),
        "account_changed": N_("changed an account"),
        "account_disabled": N_("disabled an account"),
        "account_enabled": N_("enabled an account"),
        "account_granted": N_("granted an account to areas"),
        "account_revoked": N_("took an account from areas"),
        "account_credential": N_("sent a sealed password to a box"),
        "local_account_changed": N_("changed an account of this node alone"),
        "signed_in": N_("signed in"),
        "signed_out": N_("signed out"),
        "sign_ins_refused": N_("refused sign-ins"),
        "entry_written": N_("entered into the operation log"),
        "entry_struck": N_("struck a line of the operation log through"),
        "log_sealed": N_("sealed the log"),
        "incident_put": N_("entered or changed an incident"),
        "item_linked": N_("assigned to an incident"),
        "item_unlinked": N_("took from an incident"),
        "card_put": N_("entered or changed a task or a unit"),
        "items_told_apart": N_("said whether calls tell of the same thing"),
        "alarm_opened": N_("alarm"),
        "alarm_sent": N_("told somebody of an alarm"),
        "alarm_failed": N_("could not tell somebody of an alarm"),
        "alarm_seen": N_("has seen an alarm"),
        "alarm_closed": N_("end of an alarm"),
        "duty_put": N_("put somebody on duty"),
        "duty_removed": N_("took somebody off duty"),
        "alarms_silenced": N_("silenced alarms"),
        "silence_ended": N_("ended a silence"),
        "channel_opened": N_("what a channel of alarms may carry"),
        "caller_added": N_("added to a call for help"),
        "caller_withdrew": N_("withdrew a call for help"),
        "unread": N_("wrote what this program cannot read"),
    }
)


def name_of(event: Event) -> str:
    """Which of EVENTS an event is: its kind; what the holder of a call's receipt says has names of its own."""
    match event.body:
        case Unread():
            return "unread"
        case DistressNoted(said=CallerSaid.ADDED):
            return "caller_added"
        case DistressNoted(said=CallerSaid.WITHDRAWN):
            return "caller_withdrew"
    return event.kind


# What was changed of an account, by the event's `change`.
ACCOUNT_CHANGES: Mapping[str, str] = MappingProxyType(
    {
        "made": N_("made"),
        "role": N_("role"),
        "password": N_("password"),
        "disabled": N_("disabled"),
        "enabled": N_("enabled"),
        "token_made": N_("token made"),
        "token_revoked": N_("token revoked"),
        "wall_made": N_("wall display made, until"),
        "wall_revoked": N_("wall display revoked"),
        "factor_added": N_("second factor added"),
        "factor_removed": N_("second factor removed"),
        "factors_reset": N_("second factors reset"),
        "factors_required": N_("roles that need a second factor"),
        "codes_renewed": N_("recovery codes renewed"),
        "code_used": N_("recovery code used"),
        "badge_made": N_("badge made"),
        "badge_bound": N_("badge used on its first device"),
        "badge_released": N_("badge released for another device"),
        "badge_revoked": N_("badge revoked"),
    }
)
# Why an event, or a whole node, is not taken (crisis/trust/rights.py).
HELD: Mapping[str, str] = MappingProxyType(
    {
        HeldReason.UNSIGNED: N_("it has no signature"),
        HeldReason.UNKNOWN_SIGNER: N_("nobody here knows its signer"),
        HeldReason.BAD_SIGNATURE: N_("its signature is wrong: it was changed, or forged"),
        HeldReason.REVOKED: N_("the node was revoked"),
        HeldReason.FOREIGN: N_("it speaks for another node"),
        HeldReason.NOT_ITS_KIND: N_("only the hub may write this"),
        HeldReason.NOT_ITS_AREA: N_("the area is not that node's"),
        HeldReason.UNKNOWN_SUBJECT: N_("what it is about is not known here"),
        HeldReason.BAD_TIME: N_("its time cannot be right"),
        HeldReason.BAD_BODY: N_("it cannot be read"),
        HeldReason.UNKNOWN_NODE: N_("nobody has added this node (kiezbox node add)"),
        HeldReason.OTHER_KEY: N_("the node has another key: it must join again (kiezbox node add)"),
        HeldReason.NEW_LOG: N_("it shows up with a new log: was it set up anew? (kiezbox node accept)"),
    }
)
SOURCES: Mapping[Source, str] = MappingProxyType(
    {
        Source.PAGE: N_("page"),
        Source.MQTT: N_("box"),
        Source.MESH: N_("mesh radio"),
    }
)
