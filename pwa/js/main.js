/**
 * Composition: the words, the scanned token, and the ways between the views.
 */
import * as api from "./api.js";
import { inTime, soon } from "./convenience.js";
import { begin, endErrand } from "./errand.js";
import { DELIVERED, deliveredWords, languages, useCatalog } from "./i18n.js";
import { awaitOffer } from "./install.js";
import { workOffline } from "./offline.js";
import { icon } from "./parts/icon.js";
import { openHelp } from "./parts/help.js";
import { dress, show, showAgain } from "./screen.js";
import * as store from "./store.js";
import { recall, takeScanned } from "./token.js";
import { keyView } from "./views/key.js";
import { welcomeView } from "./views/welcome.js";

const NOTHING_TYPED = { activationKey: "", computerId: "", computerName: "" };

/** Counts where the person went. */
let turn = 0;

/**
 * Go on when the phone has said or done something, unless the person went elsewhere meanwhile.
 *
 * @template Result
 * @param {Promise<Result>} phone
 * @param {(result: Result) => void} goOn
 */
async function unlessGone(phone, goOn) {
  const own = turn;
  const result = await phone;
  if (own === turn) goOn(result);
}

/** @param {api.Asked} asked */
function open(asked) {
  turn += 1;
  return begin(asked, {
    leave: () => void home({ finished: true }),
    giveUp: () => void home({ finished: false }),
    scanNext: () => void scan(),
    history: () => void history(),
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
  turn += 1;
  const again = () => void home({ finished: false });
  const ways = {
    scan: () => void scan(),
    type: () => void type(NOTHING_TYPED, null),
    history: () => void history(),
    choose: change,
    resume: (/** @type {string} */ token) => open({ token }),
    remove: (/** @type {string} */ token) => unlessGone(store.dropScan(token), again),
  };
  await unlessGone(Promise.all([store.keptScans(), store.keptActivations()]), ([scans, activations]) => {
    const found = {
      scans: scans.done ? scans.result : [],
      kept: activations.done ? activations.result.length : 0,
      unread: !scans.done || !activations.done,
    };
    show(() => welcomeView({ finished, ...found, ...ways }));
  });
}

/** Scan with this page, one machine after the other; a first scan by the phone's camera does not wait for this. */
async function scan() {
  endErrand();
  turn += 1;
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
 * @param {import("./problem.js").Problem | null} problem
 */
async function type(values, problem) {
  turn += 1;
  const { typedView } = await import("./views/typed.js");
  show(() => typedView({ values, problem, ask: open, scan: () => void scan() }));
}

/** The keys that this phone keeps. */
async function history() {
  endErrand();
  const { historyView } = await import("./views/history.js");
  turn += 1;
  const again = () => void history();
  const kept = store.keptActivations();
  const remove = (/** @type {store.KeptActivation} */ { computerId }) =>
    unlessGone(store.dropActivation(computerId), again);
  const ways = {
    remove,
    open: (/** @type {store.KeptActivation} */ activation) => {
      const place = { row: 0 };
      show(() => keyView(activation, { kept, place, again: showAgain, finish: again, remove: () => remove(activation) }));
    },
    scan: () => void scan(),
    removeAll: () => unlessGone(store.dropAllActivations(), again),
    back: () => void home({ finished: false }),
  };
  await unlessGone(kept, (found) => show(() => historyView(found.done ? found.result : null, ways)));
}

/** The words of a language, from the page itself or from where they can be had. @param {string} language */
function wordsOf(language) {
  return inTime(() => (language === DELIVERED ? deliveredWords() : api.catalog(language)));
}

/** @param {import("./i18n.js").Catalog} catalog */
function speak(catalog) {
  useCatalog(catalog);
  dress({ help: () => openHelp(change), icon: () => icon("life-buoy") });
}

/** Speak another language, where its words can be had. @param {string} language */
async function change(language) {
  const words = await wordsOf(language);
  if (!words.done) return;
  speak(words.result);
  store.keepLanguage(language);
  showAgain();
}

/** Speak as somebody chose on this phone, else, or where those words are long in coming, as the page came. */
async function loadWords() {
  const kept = store.keptLanguage();
  const known = kept !== null && Object.keys(languages()).includes(kept);
  const words = known ? await soon(wordsOf(kept)) : null;
  speak(words?.done ? words.result : deliveredWords());
}

async function start() {
  takeScanned();
  awaitOffer();
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
