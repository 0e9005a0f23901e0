from __future__ import annotations

from uuid import uuid4

from tests.cast import Api
from tests.installation import Installed

from ecouvillon.exits.delivery.stock import LARGEST_BUNDLE, LinkStock
from ecouvillon.trust.keys.client import client


def test_each_link_is_handed_out_once_and_opens_with_what_the_key_service_says(
    installed: Installed, api: Api
) -> None:
    stock = LinkStock()
    taken = [
        link for count in (1, 2, 5, 1, LARGEST_BUNDLE + 3) for link in stock.take(api.tenant, count)
    ]
    assert len({id_ for id_, _ in taken}) == len(taken) == 9 + LARGEST_BUNDLE + 3
    assert client().links([(api.tenant, id_) for id_, _ in taken]) == [made for _, made in taken]


def test_a_pharmacy_gets_no_link_out_of_the_stock_of_another(
    installed: Installed, api: Api
) -> None:
    stock, other = LinkStock(), uuid4()
    stock.take(api.tenant, 3)
    ((id_, made),) = stock.take(other, 1)
    assert [made] == client().links([(other, id_)])
