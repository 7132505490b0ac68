import { stayAwake } from "../awake.js";
import { el } from "../dom.js";
import { list, moment, t } from "../i18n.js";
import { hush } from "../speech.js";
import { button, buttonColumn } from "../parts/button.js";
import { typedKey } from "../parts/code.js";
import { factList, identity, validity } from "../parts/facts.js";
import { keptLine } from "../parts/kept-line.js";
import { keyHelp } from "../parts/key-help.js";
import { keyWays } from "../parts/key-ways.js";
import { aboutComputer, properName } from "../parts/names.js";
import { seatSentence } from "../parts/seats.js";

/**
 * @typedef {import("../api.js").Activation | import("../store.js").KeptActivation} Given now, or earlier
 *
 * @typedef {object} Actions
 * @property {Promise<import("../convenience.js").Outcome<unknown>>} kept whether the phone keeps the key
 * @property {() => void} finish
 * @property {() => void} [scanNext]
 * @property {() => Promise<void>} [remove] from the phone
 */

/** @param {Given} given */
function facts(given) {
  return factList([
    validity(given.expires),
    "seats" in given ? [t("facts.seats"), ...seatSentence("facts.seatsInUse", given.seats.used, given.seats.total)] : null,
    given.features.length === 0 ? null : [t("facts.features"), properName(list(given.features))],
    ...identity(given),
    "at" in given ? [t("facts.givenAt"), moment(given.at)] : null,
  ]);
}

/**
 * @param {Given} given
 * @param {Actions} actions
 */
function receipt(given, { kept, finish, scanNext, remove }) {
  return el(
    "div",
    { class: "receipt" },
    facts(given),
    keptLine(kept, { id: "key-kept", look: "hint", yes: "key.kept", no: "key.notKept" }),
    buttonColumn(
      scanNext && button({ id: "scan-next", label: t("key.scanNext"), look: "secondary", picture: "scan", onPress: scanNext }),
      remove && button({ id: "remove", label: t("history.remove"), look: "secondary", onPress: remove }),
      button({ id: "finish", label: t(remove ? "actions.back" : "actions.done"), look: "secondary", onPress: finish }),
    ),
  );
}

/** @param {Given} given */
function nextSteps({ style }) {
  const steps = ["type", "check", "keep"].map((step) => el("li", {}, t(`key.${style}.steps.${step}`)));
  return el("div", { class: "next-steps" }, el("h2", {}, t("key.next")), el("ol", { class: "steps" }, ...steps));
}

/**
 * The computer key, to be typed on another keyboard while reading it here.
 *
 * @param {Given} given
 * @param {Actions} actions
 * @returns {import("../screen.js").View}
 */
export function keyView(given, actions) {
  const { style, computerKey } = given;
  const heading = el("h1", {}, aboutComputer("key.title", given.computerName));
  const lead = t(`key.${style}.lead`);
  const typed = typedKey(computerKey);
  const typing = [typed, keyHelp(computerKey, typed), el("p", { class: "hint" }, t("key.reading"))];
  // A long key is better carried as a file: then those buttons come before the rows.
  const ways = keyWays(given);
  const card = el(
    "div",
    { class: `card is-key is-${style}` },
    el("div", { class: "opening" }, heading, el("p", { class: "lead" }, lead)),
    el("div", { class: "key-side" }, ...(style === "signed" ? [ways, ...typing] : [...typing, ways])),
    el("div", { class: "next-side" }, nextSteps(given), receipt(given, actions)),
  );
  const rest = stayAwake();
  const leave = () => {
    rest();
    hush();
  };
  return { name: "key", heading, content: [card], announcement: lead, leave };
}
