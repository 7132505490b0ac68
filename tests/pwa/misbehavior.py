"""Phones whose services do not serve: the services of the page, and how phones withhold them."""

from __future__ import annotations

from playwright.sync_api import Page

# Where the page finds a service. Objects are replaced whole; of a function's owner only the function.
SERVICES = {
    "indexedDB": "window",
    "localStorage": "window",
    "sessionStorage": "window",
    "caches": "window",
    "speechSynthesis": "window",
    "BarcodeDetector": "window",
    "matchMedia": "window",
    "locks": "Navigator.prototype",
    "clipboard": "Navigator.prototype",
    "wakeLock": "Navigator.prototype",
    "serviceWorker": "Navigator.prototype",
    "share": "Navigator.prototype",
    "replaceState": "history",
}

# What stands in the service's place, as a property's descriptor.
MANNERS = {
    "null": "{ value: null }",
    "undefined": "{ value: undefined }",
    "getter throws": "{ get() { throw new DOMException('denied', 'SecurityError'); } }",
    "getter throws null": "{ get() { throw null; } }",
    "throws an error": "{ value: everyCall(() => { throw new Error('broken'); }) }",
    "throws null": "{ value: everyCall(() => { throw null; }) }",
    "throws a word": "{ value: everyCall(() => { throw 'no'; }) }",
    "rejects": "{ value: everyCall(refused) }",
    "full": "{ value: everyCall(() => { throw new DOMException('full', 'QuotaExceededError'); }) }",
    "never answers": "{ value: everyCall(() => silence) }",
    "answers undefined": "{ value: everyCall(() => undefined) }",
}

_REPLACE = """(() => {
    // What is asked for never comes: as a promise, and as a thing that reports by events.
    const silence = Object.assign(new Promise(() => {}), { addEventListener() {} });
    // Heard here already: what answers at once has nobody who would hear a promise.
    const refused = () => {
        const answer = Promise.reject();
        answer.catch(() => {});
        return answer;
    };
    // Whatever is called on it, under whatever name, and it itself.
    const everyCall = (answer) => new Proxy(function () {}, {
        get: (_, name) => (name === "then" || typeof name === "symbol" ? undefined : answer),
        apply: answer,
        construct: answer,
    });
    Object.defineProperty(%(owner)s, "%(name)s", { configurable: true, ...%(manner)s });
})();"""


def withheld(service: str, manner: str) -> str:
    """Return a script that withholds a service from the page in one manner."""
    return _REPLACE % {"owner": SERVICES[service], "name": service, "manner": MANNERS[manner]}


def all_withheld(manner: str) -> str:
    """Return a script that withholds every service at once."""
    return "\n".join(withheld(service, manner) for service in SERVICES)


def break_cache(page: Page, manner: str) -> None:
    """Have the service worker's cache misbehave, for as long as the worker runs."""
    [worker] = page.context.service_workers
    worker.evaluate(f"() => {{ {BROKEN_CACHES[manner]} }}")


# The real storage, later than anybody waits for it.
STORAGE_ANSWERS_LATE = """
IDBRequest.prototype.addEventListener = function (type, listener) {
    const late = (event) => setTimeout(listener, 2500, event);
    EventTarget.prototype.addEventListener.call(this, type, type === "success" ? late : listener);
};"""

# The real storage, with no room left.
STORAGE_IS_FULL = """
const full = () => { throw new DOMException("full", "QuotaExceededError"); };
IDBObjectStore.prototype.put = full;
Storage.prototype.setItem = full;"""

# For the service worker's own scope, while it runs.
BROKEN_CACHES = {
    "rejects": "CacheStorage.prototype.open = () => Promise.reject(new Error('broken'));",
    "throws null": "CacheStorage.prototype.open = () => { throw null; };",
    "never answers": "CacheStorage.prototype.open = () => new Promise(() => {});",
    "never finds": "Cache.prototype.match = () => new Promise(() => {});",
    "is missing": "Object.defineProperty(self, 'caches', { value: undefined });",
    "is full": "Cache.prototype.put = () => Promise.reject(new DOMException('', 'QuotaExceededError'));",
}
