/**
 * A page that can't be shown while the database is away: it is asked for again until it can.
 */
const EVERY = 5_000;

const said = document.querySelector("[data-tries-again]");
if (said instanceof HTMLElement) said.hidden = false;

async function ask() {
  try {
    const answer = await fetch(location.href, { method: "HEAD", redirect: "manual" });
    if (answer.status !== 503) return location.reload();
  } catch {
    // The server itself is away, and may come back like its database.
  }
  setTimeout(ask, EVERY);
}
setTimeout(ask, EVERY);
