/**
 * One scanned or typed request from its question to its answer.
 *
 * Nothing is carried out by asking. What a tap carries out may be repeated safely, so every failure of the
 * network ends in "Try again" and never in a dead end; meanwhile the scan is kept on the phone.
 */
import * as api from "./api.js";
import { show } from "./screen.js";
import { dropActivation, dropScan, keepActivation, keepScan } from "./store.js";
import { forget } from "./token.js";
import { confirmView } from "./views/confirm.js";
import { keyView } from "./views/key.js";
import { problemView } from "./views/problem.js";
import { releasedView } from "./views/released.js";
import { workingView } from "./views/working.js";

/** @typedef {() => Promise<void>} Step */
/** @typedef {{token: string, signal: AbortSignal, leave: () => void}} Errand */

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
    const kept = await keepOrDrop(errand.token, error);
    const startOver = () => attempt(errand, () => ask(errand));
    show(problemView(error, { kept, repeat: () => attempt(errand, step), startOver, leave: errand.leave }));
    if (error.code === "offline") whenOnline(errand, startOver);
  }
}

/**
 * Keep a scan that the server has not answered; tells whether it is kept.
 *
 * @param {string} token
 * @param {api.Problem} problem
 */
async function keepOrDrop(token, problem) {
  if (problem.mayPass) return keepScan(token);
  await dropScan(token);
  return false;
}

/**
 * Ask again by itself once the network is back: asking changes nothing, and the tap stays the person's.
 *
 * @param {Errand} errand
 * @param {Step} startOver
 */
function whenOnline(errand, startOver) {
  window.addEventListener("online", () => void startOver(), { once: true, signal: errand.signal });
}

/**
 * @param {Errand} errand
 * @param {api.Release | api.DeactivationQuestion} release
 */
async function showReleased({ token, leave }, release) {
  forget();
  await Promise.all([dropScan(token), dropActivation(release.computerId)]);
  show(releasedView(release, { finish: leave }));
}

/** @param {Errand} errand */
async function activate({ token, signal, leave }) {
  const activation = await api.activate(token, signal);
  const [kept] = await Promise.all([keepActivation(activation), dropScan(token)]);
  show(keyView(activation, { kept, finish: leave }));
}

/** @param {Errand} errand */
async function deactivate(errand) {
  await showReleased(errand, await api.deactivate(errand.token, errand.signal));
}

/**
 * Ask the server what a tap would do, and show it.
 *
 * @param {Errand} errand
 */
async function ask(errand) {
  const question = await api.question(errand.token, errand.signal);
  // A seat that is free already leaves nothing to confirm.
  if (question.kind === "deactivate" && question.state === "released") return showReleased(errand, question);
  const deed = question.kind === "activate" ? activate : deactivate;
  show(confirmView(question, { confirm: () => attempt(errand, () => deed(errand)) }));
}

/** Put the errand in hand away, whatever it is waiting for. */
export function endErrand() {
  current.abort();
  forget();
}

/**
 * @param {string} token
 * @param {() => void} leave where the person goes from here
 */
export async function begin(token, leave) {
  current.abort();
  current = new AbortController();
  const errand = { token, signal: current.signal, leave };
  show(workingView());
  await attempt(errand, () => ask(errand));
}
