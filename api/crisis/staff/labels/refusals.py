"""Texts for what was refused, and why."""

from collections.abc import Mapping
from types import MappingProxyType

from crisis.accounts.password_strength import Weakness
from translations.marks import N_

# Why something was not done, by the `text` of a row of api/crisis/refusals; `{}` is what it is about.
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
        "why_mixed_exercise": N_(
            "A call of a drill cannot belong to a real incident, nor a real one to an incident of a drill."
        ),
        "why_not_taken": N_("Somebody must take it before it can be closed."),
        "why_not_closed": N_("It is open already: somebody else opened it again."),
        "why_full": N_("The disk of this node is full: nothing was written. Whoever runs it must make room."),
        "why_unwritable": N_(
            "The disk of this node does not take it: nothing was written. Try again, or use another node."
        ),
        "why_changed_meanwhile": N_(
            "{} changed it while you typed. Yours is below: look at both, then send again to overwrite."
        ),
        "wall_no_past": N_("A wall display shows the situation of now. Staff who sign in see the past."),
        "not_a_moment": N_("This is not a time. Go back, and choose date and time of day."),
        "no_such_moment": N_(
            "The clocks skip this time of day when summer time begins. Go back, and choose a time an hour later."
        ),
        "in_the_future": N_("This lies in the future. The log holds the past only."),
        "not_known": N_(
            "The past can be shown as it was known then, or as it was. Go back, and choose one of the two."
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
