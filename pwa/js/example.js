/**
 * The page as an example, for the portal's preview: the real views with invented values.
 *
 * It is no part of the page that phones get. It asks no server and keeps nothing, and nothing in it can be pressed.
 */
import { inTime } from "./convenience.js";
import { find } from "./dom.js";
import { deliveredWords, useCatalog } from "./i18n.js";
import { dress, show } from "./screen.js";
import { icon } from "./parts/icon.js";
import { confirmView } from "./views/confirm.js";
import { keyView } from "./views/key.js";

/** @typedef {import("./screen.js").View} View */

const SUBJECT = {
  product: "Demo CAD",
  computerName: "LAB-PC-07",
  computerId: "0EXAM-P1E00-00000-00000-00000",
  activationKeyEnding: "EXAMP",
  expires: "2027-12-31",
};

const nothing = () => undefined;

/** @returns {View} */
function question() {
  const asked = /** @type {const} */ ({ kind: "activate", state: "new" });
  return confirmView({ ...SUBJECT, ...asked, seats: { total: 5, used: 1, after: 2 } }, { confirm: async () => undefined, cancel: nothing });
}

/** @returns {View} */
function key() {
  const given = {
    ...SUBJECT,
    computerKey: "12FX2-EQ05J-FMTPY-NH8Y1-662TY-KYN5Z",
    style: /** @type {const} */ ("short"),
    features: [],
    licenseFile: { name: "", text: "" },
    formerComputerIds: [],
    seats: { total: 5, used: 2, after: 2 },
  };
  return keyView(given, { kept: inTime(nothing), place: { row: 0 }, again: nothing, finish: nothing });
}

// Before anything is shown: a heading that takes the focus would take it from who types in the portal.
document.body.inert = true;
useCatalog(deliveredWords());
dress({ help: nothing, icon: () => icon("life-buoy") });
show(find("main").dataset.view === "key" ? key : question);
