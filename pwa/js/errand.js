/**
 * One scanned or typed request from its question to its answer.
 *
 * Nothing is carried out by asking. What a tap carries out may be repeated safely, so every failure of the
 * network ends in "Try again" and never in a dead end; meanwhile the scan is kept on the phone.
 */
import * as api from "./api.js";
import { Pause } from "./pause.js";
import { Problem } from "./problem.js";
import { show, showAgain } from "./screen.js";
import { dropActivation, dropScan, keepActivation, keepScan } from "./store.js";
import { forget } from "./token.js";
import { confirmView } from "./views/confirm.js";
import { keyView } from "./views/key.js";
import { linkSentView } from "./views/link-sent.js";
import { problemView } from "./views/problem.js";
import { releasedView } from "./views/released.js";
import { waitingView } from "./views/waiting.js";
import { workingView } from "./views/working.js";

/** @typedef {() => Promise<void>} Step */

/**
 * @typedef {object} Ways
 * @property {() => void} leave where the person goes when it is done
 * @property {() => void} giveUp where the person goes when it is not done, and left for now
 * @property {() => void} scanNext
 * @property {() => void} history
 * @property {(typed: api.Typed, problem: Problem) => Promise<void>} mistyped back to the form
 */

/** @typedef {{asked: api.Asked, signal: AbortSignal, ways: Ways}} Errand */

/** Ends the errand in hand: a late answer must not replace the question of a newer scan. */
let current = new AbortController();

/** So often a step is taken while a busy server asks to come again: some minutes, then the person decides. */
const MOST_TRIES = 24;

/**
 * Take a step of an errand, or show the problem that it meets.
 *
 * @param {Errand} errand
 * @param {Step} step what "Try again" repeats where the answer was lost
 */
async function attempt(errand, step) {
  try {
    await patiently(errand, step);
  } catch (error) {
    if (errand.signal.aborted) return;
    await meet(errand, step, error instanceof Problem ? error : new Problem("page_failed"));
    // A fault of ours: the person has seen it, and the browser's console gets it here.
    if (!(error instanceof Problem)) throw error;
  }
}

/**
 * Take a step, and take it again for as long as a busy server asks for that. A tap is carried on by this, never
 * made: the step is the one that the person asked for.
 *
 * @param {Errand} errand
 * @param {Step} step
 */
async function patiently(errand, step) {
  const pause = new Pause();
  for (let tries = 1; ; tries += 1) {
    try {
      return await step();
    } catch (error) {
      if (errand.signal.aborted || tries === MOST_TRIES || !(error instanceof Problem) || !error.asksToWait) throw error;
      const over = pause.take(Math.max(1, error.retryAfter ?? 0));
      if (tries === 1) showWaiting(errand, error, pause);
      await over;
    }
  }
}

/**
 * @param {Errand} errand
 * @param {Problem} problem
 * @param {Pause} pause
 */
function showWaiting({ asked, ways }, problem, pause) {
  const kept = keepOrDrop(asked, problem);
  show(() => waitingView(pause, { kept, leave: ways.giveUp }));
}

/**
 * @param {Errand} errand
 * @param {Step} step
 * @param {Problem} problem
 */
async function meet(errand, step, problem) {
  const { asked, ways } = errand;
  if (!("token" in asked) && problem.field !== null) return ways.mistyped(asked, problem);
  const kept = keepOrDrop(asked, problem);
  const startOver = () => attempt(errand, () => ask(errand));
  const mailLink = () => attempt(errand, () => releaseByMail(errand));
  const { scanNext: scan, history, giveUp: leave } = ways;
  show(() => problemView(problem, { kept, repeat: () => attempt(errand, step), startOver, mailLink, scan, history, leave }));
  if (problem.code === "offline") askWhenOnline(errand, startOver);
}

/** Ask again when the network is back: asking changes nothing, and the tap stays the person's. @param {Errand} errand @param {Step} startOver */
function askWhenOnline({ signal }, startOver) {
  const again = () => {
    if (!signal.aborted) void startOver();
  };
  window.addEventListener("online", again, { once: true });
}

/**
 * Keep a scan that the server has not answered; returns whether it is kept, null where it need not be. What was
 * typed is not: it holds an activation key in clear.
 *
 * @param {api.Asked} asked
 * @param {Problem} problem
 */
function keepOrDrop(asked, problem) {
  if (!("token" in asked)) return null;
  if (problem.mayPass || problem.mayBeSettled) return keepScan(asked.token);
  void dropScan(asked.token);
  return null;
}

/** @param {api.Asked} asked */
function answered(asked) {
  if ("token" in asked) void dropScan(asked.token);
}

/**
 * @param {Errand} errand
 * @param {api.Release | api.DeactivationQuestion} release
 */
function showReleased({ asked, ways }, release) {
  show(() => releasedView(release, { finish: ways.leave, scanNext: ways.scanNext }));
  forget();
  answered(asked);
  void dropActivation(release.computerId);
}

/** @param {Errand} errand */
async function activate({ asked, signal, ways }) {
  const activation = await api.activate(asked, signal);
  const kept = keepActivation(activation);
  const place = { row: 0 };
  show(() => keyView(activation, { kept, place, again: showAgain, finish: ways.leave, scanNext: ways.scanNext }));
  answered(asked);
  activation.formerComputerIds.forEach(dropActivation);
}

/** @param {Errand} errand */
async function deactivate(errand) {
  showReleased(errand, await api.deactivate(errand.asked, errand.signal));
}

/** Have a seat freed by whoever reads the customer's mail. @param {Errand} errand */
async function releaseByMail({ asked, signal, ways }) {
  const isDelayed = await api.mailReleaseLink(asked, signal);
  show(() => linkSentView({ isDelayed, finish: ways.leave }));
}

/**
 * Ask the server what a tap would do, and show it.
 *
 * @param {Errand} errand
 */
async function ask(errand) {
  const question = await api.question(errand.asked, errand.signal);
  // A seat that is free already leaves nothing to confirm.
  if (question.kind === "deactivate" && question.state === "released") return showReleased(errand, question);
  const operation = question.kind === "activate" ? activate : deactivate;
  const confirm = () => attempt(errand, () => operation(errand));
  show(() => confirmView(question, { confirm, cancel: errand.ways.giveUp }));
}

/** Put the errand in hand away, whatever it is waiting for. */
export function endErrand() {
  current.abort();
  forget();
}

/**
 * @param {api.Asked} asked
 * @param {Ways} ways
 */
export async function begin(asked, ways) {
  current.abort();
  current = new AbortController();
  const errand = { asked, signal: current.signal, ways };
  // What was typed stays in sight while the server reads it.
  if ("token" in asked) show(workingView);
  await attempt(errand, () => ask(errand));
}
