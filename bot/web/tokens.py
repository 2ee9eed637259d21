"""Wrong API tokens: so many from one network, then none is compared any more for a while.

A network that showed the right token before goes on, whatever its neighbours try: nobody shuts an
integrator out by guessing.
"""

from __future__ import annotations

import hmac

from aiohttp import web

from bot.ground.clock import in_words
from bot.ground.errors import LimitReached
from bot.ground.limits import WRONG_TOKENS_PER_NETWORK, reached, spend_now
from bot.web.errors import too_many
from bot.web.keys import DATABASE, KNOWN_SERVERS
from bot.web.network import client_network

_MOST_KNOWN = 256


async def admits(request: web.Request, given: bytes, token: bytes) -> bool:
    """Tell whether a request brings the API token, and count it where it does not.

    Raises:
        web.HTTPTooManyRequests: If too many wrong ones came from this network.
    """
    database, known = request.config_dict[DATABASE], request.config_dict[KNOWN_SERVERS]
    network = client_network(request)
    use = (WRONG_TOKENS_PER_NETWORK, network)
    right = hmac.compare_digest(given, token)
    try:
        if not right:
            await spend_now(database, use)
        elif network not in known and (refusal := await reached(database, use)):
            # Otherwise a guess that is right could be told from one that is wrong.
            raise refusal
    except LimitReached as refusal:
        wait = in_words(refusal.seconds)
        said = f"Trop de jetons d’accès faux depuis ce réseau ; réessayez dans {wait}."
        raise too_many(said, refusal) from None
    if right:
        known.pop(network, None)
        known[network] = None
        if len(known) > _MOST_KNOWN:
            del known[next(iter(known))]
    return right
