"""Texts of forms: the labels of fields, the choices of a mode, what became of a form."""

from collections.abc import Mapping
from types import MappingProxyType

from translations.marks import N_

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
        "alarm_seen": N_("It is noted that you have read this. Nothing is taken over by that."),
        "alarm_test": N_("The test has begun: every channel of everybody is tried."),
        "alarm_test_ended": N_("The test is ended."),
        "duty": N_("The rota is changed."),
        "duty_removed": N_("The entry is taken out of the rota."),
        "silence": N_("These alarms are silenced until then."),
        "silence_ended": N_("The silence is ended."),
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
# The labels of a form's fields, for what is wrong with one.
FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "reason": N_("Reason"),
        "person": N_("Person"),
        "begins": N_("From"),
        "ends": N_("Until"),
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
