"""What happens to second factors and badges, as the history names it (crisis/accounts/outbox.py)."""

FACTOR_ADDED, FACTOR_REMOVED, FACTORS_RESET = "factor_added", "factor_removed", "factors_reset"
FACTORS_REQUIRED = "factors_required"  # of the account that required them; the detail names the roles
CODES_RENEWED, CODE_USED = "codes_renewed", "code_used"
BADGE_MADE, BADGE_BOUND = "badge_made", "badge_bound"
BADGE_RELEASED, BADGE_REVOKED = "badge_released", "badge_revoked"

ALL = frozenset(
    {
        *(FACTOR_ADDED, FACTOR_REMOVED, FACTORS_RESET, FACTORS_REQUIRED, CODES_RENEWED, CODE_USED),
        *(BADGE_MADE, BADGE_BOUND, BADGE_RELEASED, BADGE_REVOKED),
    }
)
