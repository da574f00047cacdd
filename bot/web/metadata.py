"""Authorization server metadata (RFC 8414): only what is true here."""

from bot.domain.client_key import ALGORITHMS
from bot.domain.policy import Policy
from bot.web.client_assertion import METHOD

TOKEN_PATH = "/oauth2/token"  # noqa: S105 - an address
INTROSPECTION_PATH = "/oauth2/introspect"
REVOCATION_PATH = "/oauth2/revoke"
KEYS_PATH = "/jwks.json"
METADATA_PATH = "/.well-known/oauth-authorization-server"


def of(issuer: str, policy: Policy) -> dict[str, object]:
    """The document of an issuer."""
    methods = ["client_secret_basic", "client_secret_post", METHOD]
    permissions = {permission for role in policy.roles.values() for permission in role.permissions}
    return {
        "issuer": issuer,
        "token_endpoint": issuer + TOKEN_PATH,
        "jwks_uri": issuer + KEYS_PATH,
        "scopes_supported": sorted(permissions),
        "response_types_supported": [],
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": methods,
        "token_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
        "introspection_endpoint": issuer + INTROSPECTION_PATH,
        "introspection_endpoint_auth_methods_supported": methods,
        "introspection_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
        "revocation_endpoint": issuer + REVOCATION_PATH,
        "revocation_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
    }
