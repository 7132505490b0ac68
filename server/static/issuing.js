/**
 * Issuing many licenses: the server works on them for a second with each request, so this asks again and again
 * until they are done. Without this script, a button does. Closing the page loses nothing: the server counts.
 */
export {};

const PAUSE_MS = 3000;
// The server answers after a second, or says that it is busy after fifteen.
const PATIENCE_MS = 30_000;

const pause = () => new Promise((resolve) => { setTimeout(resolve, PAUSE_MS); });

/**
 * @param {HTMLFormElement} form
 * @returns {Promise<Response | null>} null where the server is away or busy
 */
async function asked(form) {
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      headers: { Accept: "application/json" },
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return answer.status === 503 ? null : answer;
  } catch {
    return null;
  }
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLProgressElement} bar
 * @param {HTMLElement} text
 */
async function goOn(form, bar, text) {
  const trouble = form.closest(".card")?.querySelector(".outcome");
  for (;;) {
    const answer = await asked(form);
    if (trouble instanceof HTMLElement) trouble.hidden = answer !== null;
    if (answer === null) {
      await pause();
      continue;
    }
    // Signed out, or refused: the page that says so comes in the place of this one.
    if (!answer.ok) return form.submit();
    /** @type {{done: number, wanted: number}} */
    const { done, wanted } = await answer.json();
    [bar.max, bar.value] = [wanted, done];
    text.textContent = (text.dataset.progress ?? "")
      .replace("{done}", done.toLocaleString("en-US"))
      .replace("{wanted}", wanted.toLocaleString("en-US"));
    if (done >= wanted) return location.reload();
  }
}

const form = document.querySelector("form[data-goes-on]");
const bar = document.querySelector("progress.issuing");
const text = document.querySelector("[data-progress]");
if (form instanceof HTMLFormElement && bar instanceof HTMLProgressElement && text instanceof HTMLElement) {
  const hint = document.querySelector("[data-with-script]");
  if (hint instanceof HTMLElement) hint.hidden = false;
  form.hidden = true;
  goOn(form, bar, text);
}
