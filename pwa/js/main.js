/**
 * Composition: the words, the scanned token, and the ways between the views.
 */
import * as api from "./api.js";
import { begin, endErrand } from "./errand.js";
import { DELIVERED, LANGUAGES, deliveredWords, useCatalogue } from "./i18n.js";
import { workOffline } from "./offline.js";
import { dress, show, showAgain } from "./screen.js";
import * as store from "./store.js";
import { recall, takeScanned } from "./token.js";
import { keyView } from "./views/key.js";
import { welcomeView } from "./views/welcome.js";

const NOTHING_TYPED = { activationKey: "", computerId: "", computerName: "" };

/** @param {api.Asked} asked */
function open(asked) {
  return begin(asked, {
    leave: () => void home({ finished: true }),
    giveUp: () => void home({ finished: false }),
    scanNext: () => void scan(),
    mistyped: type,
  });
}

/**
 * Put everything away and show how to begin; the next scan begins anew.
 *
 * @param {{finished: boolean}} options
 */
async function home({ finished }) {
  endErrand();
  const [scans, activations] = await Promise.all([store.keptScans(), store.keptActivations()]);
  const remove = async (/** @type {string} */ token) => {
    await store.dropScan(token);
    await home({ finished: false });
  };
  const resume = (/** @type {string} */ token) => open({ token });
  show(() => welcomeView({ finished, scans, kept: activations.length, resume, remove, scan: () => void scan(), history: () => void history() }));
}

/** Scan with this page, one machine after the other; a first scan by the phone's camera does not wait for this. */
async function scan() {
  endErrand();
  const { scanView } = await import("./views/scan.js");
  const actions = {
    found: (/** @type {string} */ token) => void open({ token }),
    type: () => void type(NOTHING_TYPED, null),
    back: () => void home({ finished: false }),
  };
  show(() => scanView(actions));
}

/**
 * @param {api.Typed} values
 * @param {api.Problem | null} problem
 */
async function type(values, problem) {
  const { typedView } = await import("./views/typed.js");
  show(() => typedView({ values, problem, ask: open, back: () => void scan() }));
}

/** The keys that this phone keeps. */
async function history() {
  const { historyView } = await import("./views/history.js");
  const activations = await store.keptActivations();
  const remove = async (/** @type {store.KeptActivation} */ { computerId }) => {
    await store.dropActivation(computerId);
    await history();
  };
  const again = (/** @type {store.KeptActivation} */ kept) =>
    show(() => keyView(kept, { kept: true, finish: () => void history(), remove: () => remove(kept) }));
  const removeAll = async () => {
    await store.dropAllActivations();
    await history();
  };
  show(() => historyView(activations, { open: again, remove, removeAll, back: () => void home({ finished: false }) }));
}

/** @param {string} language */
async function speakIn(language) {
  useCatalogue(language === DELIVERED ? deliveredWords() : await api.catalogue(language));
  dress((chosen) => void change(chosen));
}

/** @param {string} language */
async function change(language) {
  // The switch was turned already; without the words it goes back.
  if (await speaks(language)) store.keepLanguage(language);
  else dress((chosen) => void change(chosen));
  showAgain();
}

/** Speak in a language, if its words can be had now. @param {string} language */
async function speaks(language) {
  try {
    await speakIn(language);
    return true;
  } catch (error) {
    if (error instanceof api.Problem) return false;
    throw error;
  }
}

/** Speak as somebody chose on this phone, else as the page came. */
async function loadWords() {
  const kept = store.keptLanguage();
  const known = kept !== null && Object.hasOwn(LANGUAGES, kept);
  if (!known || !(await speaks(kept))) await speakIn(DELIVERED);
}

async function start() {
  takeScanned();
  await loadWords();
  window.addEventListener("hashchange", () => {
    const token = takeScanned();
    if (token !== null) void open({ token });
  });
  // Looked at again: another code may have been scanned into this tab while the words were on their way.
  const token = takeScanned() ?? recall();
  await (token === null ? home({ finished: false }) : open({ token }));
  await workOffline();
}

void start();
