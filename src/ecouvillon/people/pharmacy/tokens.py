"""How allauth's OAuth provider makes and hashes access tokens for us."""

from __future__ import annotations

from allauth.idp.oidc.adapter import DefaultOIDCAdapter

from ecouvillon import config
from ecouvillon.people.pharmacy.callers import token_hash


class TokenAdapter(DefaultOIDCAdapter):  # type: ignore[misc] # allauth ships no types
    """Tokens are opaque; the issuer is the configured address, never what a request claims."""

    def hash_token(self, token: str) -> str:
        """The hash by which a token is stored and found."""
        return token_hash(token)

    def get_issuer(self) -> str:
        """The issuer that the discovery document names."""
        return config.load().public_url
