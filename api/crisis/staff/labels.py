"""Texts for what the code names: event kinds, modes, refusals, fields. Marked here, translated where they are shown."""

from collections.abc import Mapping
from types import MappingProxyType

from crisis.accounts.password_strength import Weakness
from crisis.model.contents import Certainty, Hazard, PointKind, Severity, Urgency
from crisis.model.event_bodies import Source
from crisis.model.roles import Role
from crisis.state.views import DistressStatus
from crisis.trust.rights import Reason as HeldReason
from devices.readings import DistressKind, Mode, ReportKind
from translations.marks import N_
from translations.words import Words

# What was done, by the kind of the event; `unread` for an event of a newer program.
EVENTS: Mapping[str, str] = MappingProxyType(
    {
        "mode_proposed": N_("proposed a mode"),
        "mode_set": N_("set the mode"),
        "mode_seen": N_("a box shows"),
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
        "unread": N_("wrote what this program cannot read"),
    }
)
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
_PRIORITY, _BY_THE_RULE = N_("Priority {}"), N_("Priority as the rule says")


def priority(value: int | None, words: Words) -> str:
    """The priority of a call, in the reader's language."""
    return words.text(_BY_THE_RULE) if value is None else words.text(_PRIORITY).format(value)


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
ROLES: Mapping[Role, str] = MappingProxyType(
    {
        Role.VIEWER: N_("viewer"),
        Role.OPERATOR: N_("operator"),
        Role.RESPONDER: N_("responder"),
        Role.COMMANDER: N_("commander"),
        Role.ADMIN: N_("admin"),
    }
)
SOURCES: Mapping[Source, str] = MappingProxyType(
    {
        Source.PAGE: N_("page"),
        Source.MQTT: N_("box"),
        Source.MESH: N_("mesh radio"),
    }
)
DISTRESS_KINDS: Mapping[DistressKind, str] = MappingProxyType(
    {
        DistressKind.MEDICAL: N_("Medical emergency"),
        DistressKind.FIRE: N_("Fire"),
        DistressKind.CRIME: N_("Crime"),
        DistressKind.SICK: N_("Illness"),
        DistressKind.HELP: N_("Help needed"),
    }
)
REPORT_KINDS: Mapping[ReportKind, str] = MappingProxyType(
    {
        ReportKind.NEED: N_("Need"),
        ReportKind.OFFER: N_("Offer"),
        ReportKind.INFORMATION: N_("Information"),
    }
)
POINT_KINDS: Mapping[PointKind, str] = MappingProxyType(
    {
        PointKind.KAT_LEUCHTTURM: N_("Kat-Leuchtturm"),
        PointKind.KAT_INFO: N_("Kat-Infopunkt"),
        PointKind.EMERGENCY_CALL: N_("emergency call point"),
        PointKind.WATER: N_("water"),
        PointKind.WARMTH: N_("warmth"),
        PointKind.CHARGING: N_("charging"),
        PointKind.SHELTER: N_("shelter"),
        PointKind.MEDICAL: N_("medical help"),
        PointKind.TOILET: N_("toilet"),
        PointKind.FOOD: N_("food"),
    }
)
SEVERITIES: Mapping[Severity, str] = MappingProxyType(
    {
        Severity.EXTREME: N_("extreme"),
        Severity.SEVERE: N_("severe"),
        Severity.MODERATE: N_("moderate"),
        Severity.MINOR: N_("minor"),
        Severity.UNKNOWN: N_("unknown"),
    }
)
URGENCIES: Mapping[Urgency, str] = MappingProxyType(
    {
        Urgency.IMMEDIATE: N_("act now"),
        Urgency.EXPECTED: N_("within the hour"),
        Urgency.FUTURE: N_("later"),
        Urgency.PAST: N_("over"),
        Urgency.UNKNOWN: N_("unknown"),
    }
)
CERTAINTIES: Mapping[Certainty, str] = MappingProxyType(
    {
        Certainty.OBSERVED: N_("observed"),
        Certainty.LIKELY: N_("likely"),
        Certainty.POSSIBLE: N_("possible"),
        Certainty.UNLIKELY: N_("unlikely"),
        Certainty.UNKNOWN: N_("unknown"),
    }
)
HAZARDS: Mapping[Hazard, str] = MappingProxyType(
    {
        Hazard.BLACKOUT: N_("blackout"),
        Hazard.HEAT: N_("heat"),
        Hazard.FLOOD: N_("flood"),
        Hazard.STORM: N_("storm"),
        Hazard.FIRE: N_("fire"),
        Hazard.CBRN: N_("hazardous substances"),
        Hazard.OTHER: N_("other"),
    }
)
MODES: Mapping[Mode, str] = MappingProxyType(
    {
        Mode.MAINTENANCE: N_("Maintenance"),
        Mode.NORMAL: N_("Normal"),
        Mode.EMERGENCY: N_("EMERGENCY"),
        Mode.UNKNOWN: N_("unknown"),
    }
)
# Whether a box has mains power.
POWER: Mapping[bool, str] = MappingProxyType({True: N_("mains power"), False: N_("no mains power")})
POWER_CHANGES_OFTEN = N_("mains power comes and goes")
# Whether a place of help is open.
OPENINGS: Mapping[str, str] = MappingProxyType(
    {
        "yes": N_("open"),
        "no": N_("closed now"),
        "unknown": N_("not known whether open"),
    }
)
# What somebody may do about the mode.
MODE_CHOICES: Mapping[str, str] = MappingProxyType(
    {
        "propose": N_("Propose an emergency"),
        "propose_end": N_("Propose to end the emergency of the whole city"),
        "emergency": N_("Emergency at once (commander)"),
        "normal": N_("Normal"),
        "maintenance": N_("Maintenance"),
    }
)
# What became of a form, by the name that its address carries.
OUTCOMES: Mapping[str, str] = MappingProxyType(
    {
        "take": N_("The call for help is yours."),
        "close": N_("The call for help is closed."),
        "reopen": N_("The call for help is open again, and waits for somebody."),
        "assign": N_("It is assigned; whoever has it keeps it until it is taken over."),
        "note": N_("The note is kept."),
        "priority": N_("The priority is set."),
        "answer": N_("The answer can be read with the receipt."),
        "mode": N_("The mode is set."),
        "propose": N_("The emergency is proposed: a second person must confirm it."),
        "propose_end": N_("The end of the emergency is proposed: a second person must confirm it."),
        "confirm": N_("The proposal is confirmed."),
        "notice": N_("The notice is published."),
        "withdraw": N_("The notice is withdrawn."),
        "point": N_("The place of help is saved."),
        "point_close": N_("The place of help is closed."),
        "entry": N_("The entry is in the operation log."),
        "strike": N_("The line is struck through; it stays legible."),
        "keeper": N_("You keep the operation log from here on, and what was written before is sealed."),
        "badge_revoke": N_("The badge is good for nothing any more."),
        "badge_release": N_("The next device that uses the badge keeps it."),
        "factors_reset": N_("The second factors are reset: the account sets up a new one at its next sign-in."),
        "factors_required": N_("It is set which roles need a second factor."),
        "totp": N_("The authenticator app is set up."),
        "totp_remove": N_("The authenticator app is removed."),
        "passkey": N_("The passkey is added."),
        "passkey_remove": N_("The passkey is removed."),
        "password": N_("The password is changed; every other session and every token of yours has ended."),
        "account_made": N_("The account is made."),
        "account_role": N_("The role is changed; the account's sessions and tokens have ended."),
        "account_password": N_("The password is set; the account's sessions and tokens have ended."),
        "account_granted": N_("The account is granted: each box takes it as soon as it hears of it."),
        "account_revoked": N_("The account is taken from there: each box hears of it as soon as it can."),
        "account_disabled": N_("The account is closed, here at once and at each box as soon as that hears of it."),
        "account_enabled": N_("The account is open again."),
    }
)
DISTRESS_STATES: Mapping[DistressStatus, str] = MappingProxyType(
    {
        DistressStatus.RECEIVED: N_("open"),
        DistressStatus.TAKEN: N_("taken"),
        DistressStatus.CLOSED: N_("closed"),
    }
)
# Why something was not done, by the `text` of a row of refusals.py; `{}` is what it is about.
REFUSALS: Mapping[str, str] = MappingProxyType(
    {
        "why_outside_areas": N_("This box decides only about itself and: {}. Do it at the hub, or ask there."),
        "sign_in_wrong": N_("Account and password do not match, or the account is disabled."),
        "sign_in_wait": N_("Too many attempts. Try again in {} s. The account is not locked."),
        "sign_in_foreign": N_("This did not come from our own page. Please sign in here."),
        "sign_in_no_disk": N_(
            "Nobody can sign in now: the disk of this node is full or cannot be written. Whoever runs it must "
            "make room."
        ),
        "sign_in_away": N_("The accounts of this node cannot be read. Whoever runs it finds the reason in its log."),
        "session_over": N_("Your session is over. Please sign in again."),
        "password_wrong": N_("The present password is wrong."),
        "password_differs": N_("The two new passwords differ."),
        "password_weak": N_("Choose another password. {}"),
        "factor_wrong": N_("This code is wrong, too old, or was used already. The next one comes within 30 s."),
        "factor_wait": N_(
            "Too many wrong codes. Try again in {} s; a passkey, a recovery code or a badge works at once."
        ),
        "factor_over": N_("That took too long, or was wrong too often. Please sign in again."),
        "factor_by_password": N_(
            "This account's role needs a second factor, and it has none yet: sign in with the password to set one up."
        ),
        "passkey_wrong": N_("This passkey is not one of this account, or its answer was not right. Try again."),
        "passkey_not_kept": N_("This passkey was not added: it is known already, or you have ten."),
        "badge_unknown": N_("No badge has this code, or its account is disabled. Read it once more from the paper."),
        "badge_revoked": N_("This badge was revoked. An admin can make a new one."),
        "badge_other_device": N_(
            "This badge belongs to another device, the first that used it. An admin can release it for this one."
        ),
        "provider_away": N_("The city's sign-in cannot be reached now. Accounts of this hub work as always."),
        "provider_refused": N_("The city's sign-in let nobody in ({})."),
        "provider_state": N_(
            "This answer of the city's sign-in belongs to nothing that began in this browser, or came too late. Please "
            "begin again."
        ),
        "provider_faulty": N_(
            "The answer of the city's sign-in cannot be believed ({}), and opens nothing. Try again; if it stays so, "
            "tell whoever runs this hub."
        ),
        "provider_no_group": N_(
            "The city's sign-in knows you, but none of your groups may work here. Whoever runs this hub decides that."
        ),
        "provider_name_taken": N_(
            "There is an account {} at this hub already, which is not linked to you. Whoever runs this hub can link it."
        ),
        "provider_bad_name": N_("Your name there ({}) cannot be an account's name here. Tell whoever runs this hub."),
        "provider_disabled": N_("Your account {} is disabled at this hub."),
        "account_name": N_(
            "{} cannot be an account's name: 2 to 32 letters a-z, digits, dots, dashes or underscores, a letter first."
        ),
        "account_taken": N_("There is an account {} already."),
        "account_unknown": N_("There is no account {}."),
        "account_area": N_("{} is no area: all, a district such as district-71, or a box such as 71-01."),
        "account_from_hub": N_("This account comes from the hub: it is changed there, and this box hears of it."),
        "account_hub_only": N_("Accounts are made and changed at the hub, or at the command line of this machine."),
        "account_own": N_("You cannot close your own account or change its role: somebody else must."),
        "why_not_possible": N_("This cannot be done: {}"),
        "wall_only": N_("This is a wall display: it shows the situation and nothing else."),
        "wall_unknown": N_("No display has this token, or it has ended. Make a new one: kiezbox user wall add NAME"),
        "why_not_allowed": N_("Your role does not allow this ({})."),
        "why_bad_value": N_("This cannot be taken as it is: {}"),
        "why_unknown": N_("It is not there, or not any more."),
        "why_needs_second_person": N_("An emergency needs two people: propose it, and somebody else confirms."),
        "why_needs_second_person_to_end": N_(
            "Ending an emergency of the whole city needs two people: propose it, and somebody else confirms."
        ),
        "why_nothing_to_end": N_("There is no emergency of the whole city to end: set the mode."),
        "why_same_device": N_(
            "{} proposed it from this device less than ten minutes ago: confirm it on another device, or later."
        ),
        "why_made_by_other": N_(
            "The other person made the account {} or gave it access within the last day: somebody else must confirm."
        ),
        "why_unknown_maker": N_(
            "{} proposed it elsewhere, and this box does not know who made that account: confirm it at the hub, or"
            " propose it anew here, and somebody else confirms."
        ),
        "why_own_proposal": N_("You proposed it yourself: somebody else must confirm."),
        "why_proposal_lapsed": N_("The proposal is older than an hour: propose again."),
        "why_already_proposed": N_("This is proposed already: confirm that proposal instead."),
        "why_already_so": N_("It is so already: nothing was changed."),
        "why_is_withdrawn": N_("The notice was withdrawn by {}."),
        "why_is_replaced": N_("Another notice has replaced it."),
        "why_is_over": N_("It would end in the past."),
        "why_is_closed": N_("It is closed already. {}"),
        "why_is_taken": N_("{} has taken it. To take it over, use that button."),
        "why_is_struck": N_("{} has struck this line through already."),
        "why_not_a_line": N_("Only a line of the operation log can be struck through, and no strike."),
        "why_not_taken": N_("Somebody must take it before it can be closed."),
        "why_not_closed": N_("It is open already: somebody else opened it again."),
        "why_full": N_("The disk of this node is full: nothing was written. Whoever runs it must make room."),
        "why_unwritable": N_(
            "The disk of this node does not take it: nothing was written. Try again, or use another node."
        ),
        "why_changed_meanwhile": N_(
            "{} changed it while you typed. Yours is below: look at both, then send again to overwrite."
        ),
        "why_bad_time": N_("{}: not a time."),
        "why_skipped_time": N_(
            "{}: this time does not exist. In that night the clocks go from 2:00 straight to 3:00: choose a time before"
            " or after."
        ),
        "why_bad_number": N_("{}: not a number."),
        "why_bad_choice": N_("{}: not one of the choices."),
        "why_german_missing": N_("A notice needs at least its German headline."),
        "why_empty": N_("{}: nothing is written there."),
        "why_no_such_line": N_("{}: the operation log of this node has no line with this number."),
        "why_too_many_lines": N_("More than {} lines do not go into one print-out: choose a period."),
        "why_handover_to_self": N_("Somebody else must take over: you cannot hand over to yourself."),
        "why_handover_role": N_("The role of {} writes nothing into the operation log, and so cannot take over."),
        "why_reports_full": N_(
            "This node keeps as many frozen reports as it may. Print this page, and let whoever runs the node move old "
            "files from its folder {} to a safe place."
        ),
        "problem_cross_site": N_(
            "Nothing was done: this form did not come from our own page, or the page was too old. Open it again."
        ),
        "problem_not_found": N_("There is nothing here."),
        "why_too_long": N_("{}: too long."),
    }
)
# Why a password is refused, after "Choose another password."
WEAKNESSES: Mapping[Weakness, str] = MappingProxyType(
    {
        Weakness.SHORT: N_(
            "It needs at least 12 characters: a few words that do not belong together are easy to type."
        ),
        Weakness.LONG: N_("It may have at most 200 characters."),
        Weakness.NAMES: N_(
            "It is little more than what people here try first: the account's name, a place, a common word."
        ),
        Weakness.COMMON: N_("It is little more than a password that many people use."),
        Weakness.REPEATED: N_("It repeats the same few characters."),
        Weakness.SEQUENCE: N_("It is little more than a sequence, such as “abcd” or “1234”."),
        Weakness.KEYBOARD: N_("It is little more than neighbouring keys of a keyboard."),
        Weakness.DATE: N_("It is little more than a date or a year."),
        Weakness.GUESSABLE: N_("It is guessed too easily: add a word or two that do not belong together."),
    }
)
# The labels of a form's fields, for what is wrong with one.
FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "reason": N_("Reason"),
        "role": N_("Role"),
        "exercise": N_("EXERCISE"),
        "outcome": N_("What was done"),
        "area": N_("Area"),
        "headline": N_("Headline"),
        "text": N_("Text"),
        "instruction": N_("What to do"),
        "severity": N_("Severity"),
        "urgency": N_("Urgency"),
        "certainty": N_("Certainty"),
        "hazard": N_("Hazard"),
        "from_at": N_("From"),
        "until_at": N_("Until"),
        "kind": N_("Kind"),
        "name": N_("Name"),
        "address": N_("Address"),
        "latitude": N_("Latitude, degrees north"),
        "longitude": N_("Longitude, degrees east"),
        "open_now": N_("Open now"),
        "hours": N_("Hours"),
        "offers": N_("What there is, one a line"),
        "note": N_("Note"),
        "sort": N_("What it is"),
        "way": N_("Direction"),
        "channel": N_("Channel"),
        "sender": N_("Sender"),
        "recipient": N_("Recipient"),
        "function": N_("Function"),
        "priority": N_("Priority"),
        "quality": N_("How it is known"),
        "happened_at": N_("Happened at"),
        "references": N_("Refers to numbers"),
        "taker": N_("Account and password of whoever takes over"),
        "remarks": N_("Remarks"),
        "operation": N_("Operation"),
        "general": N_("Weather, population"),
        "assessment": N_("Assessment"),
        "decision": N_("Decision"),
        "orders": N_("Orders"),
        "next_briefing": N_("Next briefing"),
        "confirm_now": N_("Somebody has just looked: it is so"),
    }
)
