/**
 * Composition: a scanned token, the question it raises, one tap, the answer.
 *
 * Nothing is carried out by opening the page. What a tap carries out may be repeated safely, so every failure
 * of the network ends in "Try again" and never in a dead end.
 */
import * as api from "./api.js";
import { chooseLanguage, useCatalogue } from "./i18n.js";
import { dress, show, showStuck } from "./screen.js";
import { forget, recall, takeScanned } from "./token.js";
import { confirmView } from "./views/confirm.js";
import { keyView } from "./views/key.js";
import { problemView } from "./views/problem.js";
import { releasedView } from "./views/released.js";
import { welcomeView } from "./views/welcome.js";
import { workingView } from "./views/working.js";

/** @typedef {() => Promise<void>} Step */
/** @typedef {{token: string, signal: AbortSignal}} Errand */

/** Ends the errand in hand: a late answer must not replace the question of a newer scan. */
let current = new AbortController();

/**
 * Take a step of an errand, or show the problem that it meets.
 *
 * @param {Errand} errand
 * @param {Step} step what "Try again" repeats where the answer was lost
 */
async function attempt(errand, step) {
  try {
    await step();
  } catch (error) {
    if (errand.signal.aborted) return;
    if (!(error instanceof api.Problem)) throw error;
    show(
      problemView(error, {
        repeat: () => attempt(errand, step),
        startOver: () => attempt(errand, () => ask(errand)),
      }),
    );
  }
}

/** Put everything away; the next scan begins anew. */
function finish() {
  current.abort();
  forget();
  show(welcomeView({ finished: true }));
}

/** @param {api.Release | api.DeactivationQuestion} release */
function showReleased(release) {
  forget();
  show(releasedView(release, { finish }));
}

/** @param {Errand} errand */
async function activate({ token, signal }) {
  const activation = await api.activate(token, signal);
  show(keyView(activation, { finish }));
}

/** @param {Errand} errand */
async function deactivate({ token, signal }) {
  showReleased(await api.deactivate(token, signal));
}

/**
 * Ask the server what a tap would do, and show it.
 *
 * @param {Errand} errand
 */
async function ask(errand) {
  const question = await api.question(errand.token, errand.signal);
  // A seat that is free already leaves nothing to confirm.
  if (question.kind === "deactivate" && question.state === "released") return showReleased(question);
  const deed = question.kind === "activate" ? activate : deactivate;
  show(confirmView(question, { confirm: () => attempt(errand, () => deed(errand)) }));
}

/** @param {string} token */
async function begin(token) {
  current.abort();
  current = new AbortController();
  const errand = { token, signal: current.signal };
  show(workingView());
  await attempt(errand, () => ask(errand));
}

/** Load the words; without them the page can only say so in the words of index.html. */
async function loadWords() {
  try {
    useCatalogue(await api.catalogue(chooseLanguage(navigator.languages)));
    dress();
    return true;
  } catch (error) {
    showStuck();
    if (error instanceof api.Problem) return false;
    throw error;
  }
}

async function start() {
  takeScanned();
  if (!(await loadWords())) return;
  window.addEventListener("hashchange", () => {
    const scanned = takeScanned();
    if (scanned !== null) void begin(scanned);
  });
  // Looked at again: another code may have been scanned into this tab while the words were on their way.
  const token = takeScanned() ?? recall();
  if (token === null) show(welcomeView({ finished: false }));
  else await begin(token);
}

void start();
