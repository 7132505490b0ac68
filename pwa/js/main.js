/**
 * Composition: the words, the scanned token, and the way home.
 */
import * as api from "./api.js";
import { begin, endErrand } from "./errand.js";
import { chooseLanguage, useCatalogue } from "./i18n.js";
import { workOffline } from "./offline.js";
import { dress, show, showStuck } from "./screen.js";
import { dropScan, keptLanguage, keptScans } from "./store.js";
import { recall, takeScanned } from "./token.js";
import { welcomeView } from "./views/welcome.js";

/** @param {string} token */
function open(token) {
  return begin(token, () => void home({ finished: true }));
}

/**
 * Put everything away and show how to begin; the next scan begins anew.
 *
 * @param {{finished: boolean}} options
 */
async function home({ finished }) {
  endErrand();
  const scans = await keptScans();
  show(
    welcomeView({
      finished,
      scans,
      resume: open,
      remove: async (token) => {
        await dropScan(token);
        await home({ finished: false });
      },
    }),
  );
}

/** Load the words; without them the page can only say so in the words of index.html. */
async function loadWords() {
  try {
    useCatalogue(await api.catalogue(chooseLanguage([keptLanguage() ?? "", ...navigator.languages])));
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
    if (scanned !== null) void open(scanned);
  });
  // Looked at again: another code may have been scanned into this tab while the words were on their way.
  const token = takeScanned() ?? recall();
  await (token === null ? home({ finished: false }) : open(token));
  await workOffline();
}

void start();
