"""The pages of accounts: who may sign in, and where. At a hub they are made and granted; a box can close them, too."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.crisis import deps, refusals
from api.crisis.auth import access
from api.crisis.auth.principal import Principal
from api.crisis.memory.submissions import RejectedForm
from api.crisis.refusals import PageRefusalError, Reason
from api.crisis.staff import event_text, labels, rendering, submissions, views
from api.crisis.staff.page_route import PageRoute, SignedIn
from api.crisis.staff.submissions import Submission
from crisis.accounts import accounts, grants, sessions
from crisis.accounts.accounts import Account, AccountError, Why
from crisis.accounts.grants import Grant, Sent
from crisis.accounts.store import AccountStore
from crisis.model import subjects
from crisis.model.roles import Right, Role
from crisis.state.views import IssuedAccount

PATH = "/crisis/staff/accounts"
router = APIRouter(prefix=PATH, include_in_schema=False, route_class=PageRoute)

_REASONS: Mapping[Why, Reason] = {
    Why.BAD_NAME: Reason.ACCOUNT_NAME,
    Why.TAKEN: Reason.ACCOUNT_TAKEN,
    Why.UNKNOWN: Reason.ACCOUNT_UNKNOWN,
    Why.BAD_AREA: Reason.ACCOUNT_AREA,
    Why.FROM_HUB: Reason.ACCOUNT_FROM_HUB,
    Why.OTHER: Reason.NOT_POSSIBLE,
}
_SECRET = {"password", "again"}  # fields that never go back into a page
_Work = Callable[[AccountStore, str], object]  # what is done in the file, and by whom


@dataclass(frozen=True, slots=True)
class ListedAccount:
    """An account with where it is granted and which boxes have it; `issued` None: no event of the hub is known."""

    account: Account
    grants: tuple[Grant, ...]
    boxes: tuple[Sent, ...]
    tokens: int
    issued: IssuedAccount | None


async def _listed(request: Request) -> list[ListedAccount]:
    crisis = deps.CRISIS_DEPS(request)
    found, granted, sent, tokens = await crisis.accounts.run(_read_all)
    return [
        ListedAccount(
            account,
            granted.get(account.name, ()),
            sent.get(account.name, ()),
            tokens.count(account.name),
            crisis.node.state.account(account.name),
        )
        for account in found
    ]


def _read_all(
    store: AccountStore,
) -> tuple[tuple[Account, ...], Mapping[str, tuple[Grant, ...]], Mapping[str, tuple[Sent, ...]], list[str]]:
    tokens = [token.account for token in sessions.tokens(store)]
    return accounts.everybody(store), grants.of(store), grants.sent(store), tokens


# -- pages -----------------------------------------------------------------------------------------------------------


@router.get("")
async def show_all(request: Request, principal: SignedIn) -> Response:
    """All accounts, and a form for a new one."""
    return await _page(request, principal)


async def _page(request: Request, principal: Principal, rejected: RejectedForm | None = None) -> Response:
    access.require(principal, Right.MANAGE_ACCOUNTS)
    found = await _listed(request)
    return views.render(request, "accounts.html", principal, rejected=rejected, accounts=found, roles=list(Role))


@router.get("/{name}")
async def show(request: Request, principal: SignedIn, name: str) -> Response:
    """One account: what may be done about it, and everything that was."""
    return await _one(request, principal, name)


async def _one(request: Request, principal: Principal, name: str, rejected: RejectedForm | None = None) -> Response:
    access.require(principal, Right.MANAGE_ACCOUNTS)
    found = next((each for each in await _listed(request) if each.account.name == name), None)
    if found is None:
        raise refusals.problem(Reason.NOT_FOUND)
    return views.render(
        request,
        "account_of.html",
        principal,
        rejected=rejected,
        each=found,
        account=found.account,
        roles=list(Role),
        is_own=found.account.name == principal.account,
        history=event_text.history(deps.node_of(request).state, subjects.account(name), rendering.words_of(request)),
    )


# -- forms -----------------------------------------------------------------------------------------------------------


@router.post("")
async def make(request: Request, principal: SignedIn) -> Response:
    """Make an account, with a password, granted to areas. At a hub only."""
    sent = await _read(request, principal, "account")
    name = accounts.known_name(sent.fields.get("name", ""))

    def work(store: AccountStore, by: str) -> object:
        _require_hub(sent)
        role, password, areas = _role(sent), _password(sent), _areas(sent)
        return accounts.add(store, name, role, password, sent.deps.accounts.now(), areas=areas, by=by)

    refused = await _do(sent, work)
    return await _page(request, principal, refused) if refused else _lead_back(name, "account_made")


@router.post("/{name}/role")
async def change_role(request: Request, principal: SignedIn, name: str) -> Response:
    """Give an account another role; its sessions, tokens and streams end."""

    def work(sent: Submission) -> _Work:
        _require_hub(sent)
        _require_other(sent, name)
        role = _role(sent)
        return lambda store, by: accounts.set_role(store, name, role, by)

    return await _change(request, principal, name, "role", work)


@router.post("/{name}/password")
async def set_password(request: Request, principal: SignedIn, name: str) -> Response:
    """Set a new password for somebody; their sessions, tokens and streams end."""

    def work(sent: Submission) -> _Work:
        _require_hub(sent)
        _require_other(sent, name)  # one's own has a page that asks for the present one
        password, now = _password(sent), sent.deps.accounts.now()
        return lambda store, by: accounts.set_password(store, name, password, now, by=by)

    return await _change(request, principal, name, "password", work)


@router.post("/{name}/grant")
async def grant(request: Request, principal: SignedIn, name: str) -> Response:
    """Let an account be used at the boxes of more areas."""

    def work(sent: Submission) -> _Work:
        _require_hub(sent)
        areas, now = _areas(sent), sent.deps.accounts.now()
        return lambda store, by: grants.grant(store, name, areas, now, by)

    return await _change(request, principal, name, "granted", work)


@router.post("/{name}/revoke")
async def revoke(request: Request, principal: SignedIn, name: str) -> Response:
    """Take an account from the boxes of an area."""

    def work(sent: Submission) -> _Work:
        _require_hub(sent)
        areas = _areas(sent)
        return lambda store, by: grants.revoke(store, name, areas, by)

    return await _change(request, principal, name, "revoked", work)


@router.post("/{name}/disable")
async def disable(request: Request, principal: SignedIn, name: str) -> Response:
    """Close an account: nobody signs in with it, and its sessions, tokens and streams end."""

    def work(sent: Submission) -> _Work:
        _require_other(sent, name)
        return lambda store, by: accounts.set_enabled(store, name, is_enabled=False, by=by)

    return await _change(request, principal, name, "disabled", work)


@router.post("/{name}/enable")
async def enable(request: Request, principal: SignedIn, name: str) -> Response:
    """Open a closed account again."""

    def work(_: Submission) -> _Work:
        return lambda store, by: accounts.set_enabled(store, name, is_enabled=True, by=by)

    return await _change(request, principal, name, "enabled", work)


async def _change(
    request: Request, principal: Principal, name: str, what: str, work: Callable[[Submission], _Work]
) -> Response:
    sent = await _read(request, principal, what)

    def checked(store: AccountStore, by: str) -> object:
        return work(sent)(store, by)  # what is wrong with the form is found where refusals are caught

    refused = await _do(sent, checked)
    return await _one(request, principal, name, refused) if refused else _lead_back(name, f"account_{what}")


async def _read(request: Request, principal: Principal, key: str) -> Submission:
    access.require(principal, Right.MANAGE_ACCOUNTS)
    return await submissions.read(request, principal, key)


async def _do(sent: Submission, work: _Work) -> RejectedForm | None:
    """Do it once, however often the form is sent; the form with the reason when it is refused, without passwords."""
    service = sent.deps.accounts

    async def once() -> str:
        try:
            await service.run(work, sent.principal.account)
        except accounts.WeakPasswordError as error:
            raise PageRefusalError(Reason.PASSWORD_WEAK, sent.words.text(labels.WEAKNESSES[error.weakness])) from None
        except AccountError as error:
            reason = _REASONS[error.why]
            raise PageRefusalError(reason, error if reason is Reason.NOT_POSSIBLE else error.about) from None
        await sent.deps.node.settle_accounts()  # so that the page shows the event, too
        return "done"

    outcome = await sent.once(once)
    if not isinstance(outcome, RejectedForm):
        return None
    kept = {name: text for name, text in outcome.fields.items() if name not in _SECRET}
    return RejectedForm(outcome.key, outcome.message, outcome.status, kept)


def _role(sent: Submission) -> Role:
    try:
        return Role(sent.fields.get("role", ""))
    except ValueError:
        raise PageRefusalError(Reason.BAD_CHOICE, sent.words.text(labels.FIELDS["role"])) from None


def _password(sent: Submission) -> str:
    if sent.fields.get("password", "") != sent.fields.get("again", ""):
        raise PageRefusalError(Reason.PASSWORD_DIFFERS)
    return sent.fields.get("password", "")


def _areas(sent: Submission) -> tuple[str, ...]:
    return accounts.checked_areas(sent.fields.get("areas", "").replace(",", " ").split())


def _require_hub(sent: Submission) -> None:
    """Raise PageRefusalError at a box: whoever made an account there would not be known where two people must decide.

    What is done at the command line counts as done by nobody.
    """
    if not sent.deps.node.is_hub:
        raise PageRefusalError(Reason.ACCOUNT_HUB_ONLY)


def _require_other(sent: Submission, name: str) -> None:
    """Raise PageRefusalError for somebody's own account: nobody locks themselves out, or promotes themselves."""
    if accounts.known_name(name) == sent.principal.account:
        raise PageRefusalError(Reason.ACCOUNT_OWN)


def _lead_back(name: str, done: str) -> Response:
    return RedirectResponse(f"{PATH}/{name}?done={done}", 303)
