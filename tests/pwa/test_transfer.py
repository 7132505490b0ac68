"""What a first scan costs on the line."""

from tests.browsing import await_worker, sees

BUDGET = 60_000


def test_a_first_scan_transfers_at_most_60_kilobytes_with_all_that_makes_it_work_offline(house, phone):
    page = phone()
    bytes_by_address: dict[str, int] = {}

    def count(session):
        """What came over the line, headers included, as Chromium's network layer saw it."""
        addresses: dict[str, str] = {}
        session.on(
            "Network.responseReceived",
            lambda seen: addresses.update({seen["requestId"]: seen["response"]["url"]}),
        )

        def finished(seen):
            address = addresses.get(seen["requestId"], "?")
            bytes_by_address[address] = bytes_by_address.get(address, 0) + seen["encodedDataLength"]

        session.on("Network.loadingFinished", finished)
        session.send("Network.enable")

    count(page.context.new_cdp_session(page))
    page.goto(house.scan(house.short.machine(house.short.issue())))
    sees(page, "confirm-activate")
    page.locator("#confirm").click()
    sees(page, "key")
    transferred = sum(bytes_by_address.values())
    await_worker(page)
    # The worker takes from the browser's own cache what the page has fetched just before.
    kept = page.evaluate(
        """async () => {
            let sum = 0;
            for (const name of await caches.keys()) {
                const cache = await caches.open(name);
                for (const request of await cache.keys())
                    sum += Number((await cache.match(request)).headers.get('content-length'));
            }
            return sum;
        }"""
    )
    assert 0 < transferred <= BUDGET
    assert 0 < kept <= BUDGET
