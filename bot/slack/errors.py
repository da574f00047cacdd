"""What a person reads when something failed: one sentence, in one place.

The unexpected shows a reference number and nothing else; the log has the same number with what happened. What
a person typed and what Slack sent are in neither.
"""

import logging

from slack_sdk.errors import SlackApiError

from bot.ports import Conflict, DirectoryUnavailableError, Entropy, StoreBusyError
from bot.slack.wire.web_api import MISCONFIGURED

_log = logging.getLogger(__name__)

BUSY = "I have too much to do at this moment, and nothing was done. Try again in a minute."
NOT_OURS = "I do not understand this button any more, so nothing was done. `/cred pending` shows what waits."
EXTERNAL = "Credentials can be managed only by people of the organization that this workspace belongs to."
NO_DIRECTORY = "I could not check with the workspace who you are. Try again in a minute."
NO_ACCESS = "Slack does not let me work here at the moment. Whoever runs me has been told; try again later."
_CONFLICT = (
    "Somebody else changed this at the same moment, so nothing was counted. Look again, and repeat it if needed."
)


def sentence_for(error: Exception, entropy: Entropy) -> str:
    """What to tell the person; the unexpected goes to the log under the number that they are shown."""
    match error:
        case StoreBusyError():
            return str(error) or BUSY
        case Conflict():
            return _CONFLICT
        case DirectoryUnavailableError():
            return NO_DIRECTORY
        case SlackApiError() if error.response.get("error") in MISCONFIGURED:
            return NO_ACCESS
        case _:
            reference = entropy.token(4).hex().upper()
            _log.error("Something failed. Reference %s.", reference, exc_info=error)
            return f"Something went wrong on my side. Please give whoever runs me this reference: {reference}."
