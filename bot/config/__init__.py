"""What an operator decides: `cred.toml` (who may do what) and the environment (secrets and places)."""

from bot.config.mistakes import Mistake, PolicyError
from bot.config.policy import load_policy, parse_policy

__all__ = ["Mistake", "PolicyError", "load_policy", "parse_policy"]
