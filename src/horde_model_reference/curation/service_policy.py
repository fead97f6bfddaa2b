"""The policy of the settings: of the verdicts in rows, and of plans that name none."""

from __future__ import annotations

from horde_model_reference.curation.policy import Policy
from horde_model_reference.curation.policy_files import load_policy
from horde_model_reference.errors import PolicyError, SettingsError
from horde_model_reference.settings import Settings, environment_name


def service_policy(settings: Settings) -> Policy:
    """Read the policy of the settings; the default policy where they name none.

    Raises:
        SettingsError: The file cannot be read, or is no policy; the message names the variable.
    """
    try:
        return load_policy(settings.policy)
    except PolicyError as error:
        variable = environment_name(("policy",))
        raise SettingsError(f"{variable}: {error.message}", hint="`policy check FILE` checks a file.") from error
