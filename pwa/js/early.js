/**
 * Asks the question of a scan while the rest of the page is still on its way: it stands first in the page, and needs
 * nothing of it. api.js takes the answer. Written for browsers of ten years ago, which come this far, too.
 */
(function () {
  // As address.js reads it, in words that they know.
  var found = /^[^]*?(?:#|%(?:25)*23)([^]+)$/.exec(location.href);
  if (!found || !("fetch" in window) || !("AbortController" in window)) return;
  var waiting = new AbortController();
  var answer = fetch("/phone/v1/requests", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json, application/problem+json" },
    body: JSON.stringify({ token: found[1] }),
    cache: "no-store",
    credentials: "omit",
    referrerPolicy: "no-referrer",
    redirect: "error",
    signal: waiting.signal,
  });
  // A failure may come before api.js, which says what it means; until then, nobody hears of it.
  answer.catch(function () {});
  var early = { token: found[1], answer: answer, giveUp: function () { waiting.abort(); } };
  Object.defineProperty(window, "keyferryEarly", { value: early, configurable: true });
})();
