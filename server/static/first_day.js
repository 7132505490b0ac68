/**
 * The first-day list while it waits: it shows itself anew once something has happened, such as an activation by phone.
 */
import { inTime } from "/pwa/js/convenience.js";

const PAUSE_MS = 3000;
// Shorter than a session lasts without use: a page that is left open keeps nobody signed in.
const LONGEST_MS = 20 * 60 * 1000;
// So long may the next page take to come.
const LEAVING_MS = 15_000;

/** @param {HTMLElement} part @param {string} address */
function wait(part, address) {
  const again = document.querySelector("[data-again]");
  if (again instanceof HTMLElement) again.hidden = true;
  const end = performance.now() + LONGEST_MS;
  // Showing the page anew would call off where somebody just went. A download begins likewise, and the page stays.
  let left = -LEAVING_MS;
  addEventListener("beforeunload", () => { left = performance.now(); });
  const look = async () => {
    if (performance.now() > end) {
      if (again instanceof HTMLElement) again.hidden = false;
      return;
    }
    if (!document.hidden) {
      const answer = await inTime(async () => (await fetch(address, { headers: { Accept: "application/json" } })).json());
      if (answer.done && typeof answer.result.state === "string" && answer.result.state !== part.dataset.state && performance.now() - left > LEAVING_MS) return location.reload();
    }
    setTimeout(look, PAUSE_MS);
  };
  setTimeout(look, PAUSE_MS);
}

const part = document.querySelector("[data-waits]");
if (part instanceof HTMLElement && part.dataset.waits) wait(part, part.dataset.waits);
