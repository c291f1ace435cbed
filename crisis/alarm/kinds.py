"""The one list of alarms: what each is called, how bad it is, and from what value on.

Nodes tell people of these. The hub brings what is open into the database (copied/), and the rules that `kiezbox
dashboards` gives Grafana read it there. A summary names labels of its subject as `%(box)s`; runbook/ has a section for
each, by its slug.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Literal

from crisis.alarm.channel import Severity
from translations.marks import N_


class Origin(StrEnum):
    """Where it is seen. LOG: every node computes it of its events. NODE: a node sees it of itself and its peers.

    DATABASE: the hub alone; such alarms stay in a file of the hub's, and are not events.
    """

    LOG = "log"
    NODE = "node"
    DATABASE = "database"


@dataclass(frozen=True, slots=True)
class Rule:
    """Holds while the number of `sources/sql/<name>.sql` is above (or below) `bound`, after `hold_seconds` of that.

    The text columns of the statement are the labels of a subject. The hub asks for its own kinds (Origin.DATABASE),
    Grafana while no hub does.
    """

    compare: Literal["gt", "lt"]
    bound: float
    hold_seconds: int


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of alarm. `title` fits a lock screen and is followed by the subject; `summary` is a sentence.

    `gathers`: many at once become one alarm that counts them. `inhibited_by`: while one of these kinds is open in the
    same area, or everywhere, this one tells nobody: it follows from it.
    """

    name: str
    origin: Origin
    severity: Severity
    title: str
    summary: str
    rule: Rule | None = None
    gathers: bool = False
    inhibited_by: tuple[str, ...] = ()

    @property
    def slug(self) -> str:
        """Its section in the runbook."""
        return self.name.replace("_", "-")


DISTRESS, PROPOSAL, LARGE_OUTAGE, OFFICIAL_WARNING = "distress", "proposal", "large_outage", "official_warning"
HUB_SILENT, NODE_SILENT, SYNC_BEHIND = "hub_silent", "node_silent", "sync_behind"
NODE_CLOCK, BROKEN_SEAL, LOG_CHANGED, DISK = "node_clock", "broken_seal", "log_changed", "disk"
NOBODY_ON_DUTY, CHANNEL_FAILING, SOURCE_FAILING = "nobody_on_duty", "channel_failing", "source_failing"
CERTIFICATE, UNREACHABLE, BATTERY, BACKUP = "certificate", "unreachable", "battery", "backup"
PLAN_WRONG = "plan_wrong"
TEST = "test"

_ALL = (
    # -- what the log holds ------------------------------------------------------------------------------------------
    Kind(
        DISTRESS,
        Origin.LOG,
        Severity.CALL,
        N_("A call for help waits"),
        N_("Call for help %(number)s waits, and nobody has taken it."),
        Rule("gt", 2, 0),
    ),
    Kind(
        PROPOSAL,
        Origin.LOG,
        Severity.CRITICAL,
        N_("Emergency proposed"),
        N_("An emergency is proposed and waits for a second person to confirm it."),
    ),
    Kind(
        LARGE_OUTAGE,
        Origin.LOG,
        Severity.CRITICAL,
        N_("Major incident? A large outage"),
        N_("An outage may be a large one. The situation says where, since when and how sure. Is it a major incident?"),
    ),
    Kind(
        OFFICIAL_WARNING,
        Origin.LOG,
        Severity.CRITICAL,
        N_("Severe warning"),
        N_("A warning of a severe danger that is immediate has been published for our area."),
    ),
    Kind(
        TEST,
        Origin.LOG,
        Severity.INFO,
        N_("Test alarm"),
        N_("This is a test of the alarms: nothing has happened."),
    ),
    # -- what a node sees --------------------------------------------------------------------------------------------
    Kind(
        HUB_SILENT,
        Origin.NODE,
        Severity.CRITICAL,
        N_("The hub is silent"),
        N_("The hub has not been heard for more than three minutes. Boxes tell people of calls for help themselves."),
        Rule("gt", 180, 0),
    ),
    Kind(
        NODE_SILENT,
        Origin.NODE,
        Severity.WARNING,
        N_("A box's node is silent"),
        N_("The node of box %(box)s has not been heard for more than ten minutes."),
        gathers=True,
        inhibited_by=(LARGE_OUTAGE,),
    ),
    Kind(
        SYNC_BEHIND,
        Origin.NODE,
        Severity.WARNING,
        N_("Events are stuck"),
        N_("Events have been waiting for the node %(box)s for more than fifteen minutes although it is heard."),
        gathers=True,
        inhibited_by=(HUB_SILENT,),
    ),
    Kind(
        NODE_CLOCK,
        Origin.NODE,
        Severity.WARNING,
        N_("A node's clock is wrong"),
        N_("The clock of the node %(box)s is off by more than a minute."),
        gathers=True,
    ),
    Kind(
        BROKEN_SEAL,
        Origin.NODE,
        Severity.CRITICAL,
        N_("Events are held back"),
        N_("Events from %(box)s were not signed as they must be. They count for nothing until somebody looks at them."),
    ),
    Kind(
        LOG_CHANGED,
        Origin.NODE,
        Severity.CRITICAL,
        N_("The operation log was changed"),
        N_("The operation log of the node %(box)s does not fit its seal: somebody changed it, or its disk is broken."),
    ),
    Kind(
        DISK,
        Origin.NODE,
        Severity.CRITICAL,
        N_("Disk almost full"),
        N_("The disk of the node %(box)s is almost full. Reports are refused, then calls for help."),
    ),
    Kind(
        NOBODY_ON_DUTY,
        Origin.NODE,
        Severity.CRITICAL,
        N_("Nobody is on duty"),
        N_("Nobody is on duty. Calls for help go to everybody."),
    ),
    Kind(
        CHANNEL_FAILING,
        Origin.NODE,
        Severity.WARNING,
        N_("A channel fails"),
        N_("Messages by the channel %(channel)s do not arrive. Others are used instead."),
    ),
    Kind(
        PLAN_WRONG,
        Origin.NODE,
        Severity.CRITICAL,
        N_("The plan of alarms is wrong"),
        N_("The file alarm.toml of the node %(box)s is wrong or gone. The last one that was right counts."),
    ),
    Kind(
        SOURCE_FAILING,
        Origin.NODE,
        Severity.WARNING,
        N_("A source of alarms fails"),
        N_("The node %(box)s cannot look at %(source)s. What it knew before stays open."),
        gathers=True,
    ),
    # -- what the database says --------------------------------------------------------------------------------------
    Kind(
        UNREACHABLE,
        Origin.DATABASE,
        Severity.WARNING,
        N_("Box unreachable"),
        N_("Box %(box)s is silent for more than three times its own rhythm."),
        Rule("gt", 3, 300),
        gathers=True,
        inhibited_by=(LARGE_OUTAGE, "blackout", "lag"),
    ),
    Kind(
        BATTERY,
        Origin.DATABASE,
        Severity.CRITICAL,
        N_("Battery under a day"),
        N_("The battery of box %(box)s lasts less than 24 hours."),
        Rule("lt", 24, 300),
        gathers=True,
    ),
    Kind(
        "blackout",
        Origin.DATABASE,
        Severity.CRITICAL,
        N_("Several boxes of a district on battery"),
        N_("%(district)s: several boxes are on battery, most likely a power cut."),
        Rule("gt", 1, 120),
        gathers=True,
        inhibited_by=(LARGE_OUTAGE,),
    ),
    Kind(
        "pm2_5",
        Origin.DATABASE,
        Severity.WARNING,
        N_("PM2.5 above the EU's value for a day"),
        N_("%(district)s: the 24-hour mean of PM2.5 is above %(threshold)s µg/m³ (%(source)s)."),
        Rule("gt", 0, 3600),
        gathers=True,
    ),
    Kind(
        "pm10",
        Origin.DATABASE,
        Severity.WARNING,
        N_("PM10 above the EU's value for a day"),
        N_("%(district)s: the 24-hour mean of PM10 is above %(threshold)s µg/m³ (%(source)s)."),
        Rule("gt", 0, 3600),
        gathers=True,
    ),
    Kind(
        "heat",
        Origin.DATABASE,
        Severity.WARNING,
        N_("Heat"),
        N_("%(district)s: it has been warmer than %(threshold)s °C for half an hour."),
        Rule("gt", 0, 1800),
        gathers=True,
    ),
    Kind(
        "clock",
        Origin.DATABASE,
        Severity.WARNING,
        N_("A box's clock is wrong"),
        N_("The clock of box %(box)s is off by more than a minute."),
        Rule("gt", 60, 600),
        gathers=True,
    ),
    Kind(
        "lag",
        Origin.DATABASE,
        Severity.CRITICAL,
        N_("Nothing arrives any more"),
        N_("No reading has been stored for more than ten minutes."),
        Rule("gt", 600, 120),
    ),
    Kind(
        "conservation",
        Origin.DATABASE,
        Severity.CRITICAL,
        N_("The books do not balance"),
        N_("Received is not stored + duplicate + rejected: a bug in Kiezbox."),
        Rule("gt", 0, 300),
    ),
    Kind(
        "upkeep",
        Origin.DATABASE,
        Severity.WARNING,
        N_("The upkeep of the database fails"),
        N_("%(part)s (%(program)s) fails; the rest goes on. kiezbox doctor says why."),
        Rule("gt", 0, 900),
        gathers=True,
    ),
    Kind(
        BACKUP,
        Origin.DATABASE,
        Severity.WARNING,
        N_("A backup is missing"),
        N_("The backup %(backup)s failed, or was not made in time. kiezbox backup list says which and why."),
        Rule("gt", 0, 300),
        gathers=True,
    ),
    Kind(
        CERTIFICATE,
        Origin.NODE,
        Severity.WARNING,
        N_("A certificate ends soon"),
        N_("The certificate %(name)s ends within two weeks."),
        gathers=True,
    ),
)

KINDS = MappingProxyType({kind.name: kind for kind in _ALL})
# What the hub asks the database.
OF_DATABASE = tuple(kind for kind in _ALL if kind.origin is Origin.DATABASE)
# What Grafana alerts of as well. A test of the channels is one of our own.
ALERTS = tuple(kind for kind in _ALL if kind.name != TEST)
