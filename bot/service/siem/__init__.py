"""What a SIEM is told: every entry of the ledger, once, as OCSF."""

from bot.service.siem.ocsf import event
from bot.service.siem.pushing import push

__all__ = ["event", "push"]
