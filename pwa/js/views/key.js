import { stayAwake } from "../awake.js";
import { el, fill } from "../dom.js";
import { t } from "../i18n.js";
import { buzz } from "../haptics.js";
import { hush } from "../speech.js";
import { barRow, button, footButton } from "../parts/button.js";
import { keyBlocks, legend } from "../parts/code.js";
import { validity } from "../parts/facts.js";
import { icon } from "../parts/icon.js";
import { openKeyDetails } from "../parts/key-details.js";
import { download, openKeyWays } from "../parts/key-ways.js";
import { sayWhetherKept } from "../parts/kept-line.js";
import { aboutComputer, longName, savedAs } from "../parts/names.js";
import { openEnd, openStepper } from "../parts/stepper.js";

/**
 * @typedef {import("../api.js").Activation | import("../store.js").KeptActivation} Given now, or earlier
 *
 * @typedef {object} Actions
 * @property {Promise<import("../convenience.js").Outcome<unknown>>} kept whether the phone keeps the key
 * @property {() => void} finish
 * @property {() => void} again shows the view again, after `place` has changed
 * @property {{row: number}} place which row of a long key is shown, counted from 0
 * @property {() => void} [scanNext]
 * @property {() => Promise<void>} [remove] from the phone
 */

/** @param {Given} given */
function whatFor({ product, expires }) {
  const { node } = longName(product);
  node.className = "";
  const until = expires === null ? t("facts.noEnd") : t("key.until", { day: String(validity(expires).value) });
  return el("p", { class: "sub" }, node, "\u00a0· ", until);
}

/** @param {string} picture @param {(Node | string)[]} words @param {string} [look] */
function notice(picture, words, look = "") {
  return el("p", { class: `stay ${look}`.trim() }, icon(picture), el("span", {}, ...words));
}

/** The license file, before anybody types 120 characters. @param {Given} given */
function offer({ licenseFile }) {
  const [before, label, after] = t("key.offer").split("|");
  const words = el("span", { role: "status" });
  const link = el("button", { type: "button", class: "link", id: "offer-file" }, label);
  link.addEventListener("click", () => {
    fill(words, download(licenseFile).done ? savedAs(licenseFile.name) : t("key.notDownloaded"));
  });
  words.append(before, link, after);
  return el("p", { class: "stay is-offer" }, icon("file-down"), words);
}

/** @param {number} row @param {number} rows */
function rowMarks(row, rows) {
  const look = (/** @type {number} */ index) => (index < row ? "past" : index === row ? "here" : "");
  return el("div", { class: "marks four", "aria-hidden": "true" }, ...Array.from({ length: rows }, (_, index) => el("i", { class: look(index) })));
}

/** The blocks of a key, of which one is in sight. @param {string} computerKey @param {number} row */
function blocks(computerKey, row) {
  const lists = keyBlocks(computerKey);
  lists.forEach((list, place) => {
    list.hidden = place !== row;
    if (place !== row) list.removeAttribute("data-card");
  });
  return lists;
}

/** What stands above the key. @param {Given} given @param {number} row @param {number} rows */
function opening(given, row, rows) {
  if (row === 0) {
    const heading = el("h1", {}, aboutComputer("key.title", given.computerName));
    return { heading, more: whatFor(given) };
  }
  const more = el("p", { class: "sub" }, aboutComputer("key.forComputer", given.computerName));
  return { heading: el("h1", {}, t("key.rowOf", { row: row + 1, rows })), more };
}

/** @param {Given} given @param {Actions} actions @param {number} rows */
function whatToDo(given, { place, again, finish }, rows) {
  const { computerKey, computerName } = given;
  const ways = button({ id: "ways", label: t("key.ways"), look: "second", onPress: () => openKeyWays(given) });
  if (rows === 1) {
    const step = () => openStepper({ key: computerKey, computerName, finish });
    return barRow(button({ id: "step-through", label: t("stepper.open"), onward: "arrow-right", onPress: step }), ways);
  }
  const { row } = place;
  const go = (/** @type {number} */ there) => {
    place.row = there;
    again();
  };
  const last = row === rows - 1;
  const next = button({
    id: "row-next", label: last ? t("key.allRows") : t("key.row", { row: row + 2 }), onward: "arrow-right",
    onPress: () => (last ? openEnd({ computerName, rows, finish }) : go(row + 1)),
  });
  if (row === 0) return barRow(next, ways);
  return barRow(button({ id: "row-back", label: t("key.row", { row }), look: "second", picture: "chevron-left", onPress: () => go(row - 1) }), next);
}

/**
 * The computer key, to be typed on another keyboard while reading it here.
 *
 * @param {Given} given
 * @param {Actions} actions
 * @returns {import("../screen.js").View}
 */
export function keyView(given, actions) {
  const { computerKey, computerName } = given;
  const { row } = actions.place;
  const rows = keyBlocks(computerKey).length;
  const isLong = rows > 1;
  const { heading, more } = opening(given, row, rows);
  const line = el("span", { id: "key-kept" });
  const unkept = el("p", { class: "stay is-warn key-kept", hidden: true }, icon("triangle-alert"), line);
  const content = [
    el("div", { class: "words" }, heading, more),
    isLong && row === 0 && offer(given),
    el(
      "div",
      { class: "key-side", id: "computer-key" },
      isLong && row === 0 && el("div", { class: "rowline" }, el("b", {}, t("key.rowOf", { row: 1, rows })), el("span", {}, t("key.oneRow"))),
      isLong && rowMarks(row, rows),
      blocks(computerKey, row),
    ),
    (!isLong || row > 0) && legend(),
    !isLong && notice("monitor-check", aboutComputer("key.keepOpen", computerName)),
    sayWhetherKept(actions.kept, line, { yes: "", no: "key.notKept", around: unkept }),
    el(
      "div",
      { class: "foot" },
      footButton({
        id: "finish", label: t(actions.remove ? "actions.back" : "actions.done"), picture: actions.remove ? "arrow-left" : "check",
        onPress: actions.finish,
      }),
      footButton({ id: "details", label: t("key.details"), picture: "info", onPress: () => openKeyDetails(given, actions) }),
    ),
  ];
  const rest = stayAwake();
  if (row === 0) buzz();
  return {
    name: "key", heading, bar: whatToDo(given, actions, rows), look: isLong ? `has-key rows4${row === 0 ? " has-offer" : ""}` : "has-key",
    content: /** @type {Node[]} */ (content.filter((part) => part !== false)),
    announcement: t(isLong ? "key.signed.lead" : "key.short.lead"),
    leave: () => {
      rest();
      hush();
    },
  };
}
