import { el } from "../dom.js";
import { dayInWords, shortDay, t } from "../i18n.js";
import { bar, button, iconButton } from "../parts/button.js";
import { openSheet } from "../parts/sheet.js";

/** @typedef {import("../store.js").KeptActivation} KeptActivation */

/** What is said of when: the day that the key is from, or that the license ended. @param {KeptActivation} activation */
function when({ at, expires }) {
  // A license ends with its last day, in UTC.
  if (expires !== null && Date.now() >= Date.parse(`${expires}T24:00:00Z`)) {
    return el("span", { class: "over" }, t("history.ended", { day: dayInWords(expires) }));
  }
  return shortDay(at);
}

/**
 * @param {KeptActivation} activation
 * @param {number} place
 * @param {(activation: KeptActivation) => void} open
 * @param {(activation: KeptActivation) => Promise<void>} remove
 */
function item(activation, place, open, remove) {
  const { computerName, product } = activation;
  const name = computerName === null ? el("b", {}, t("history.unnamed")) : el("b", { class: "cut", dir: "auto", translate: "no" }, computerName);
  const row = el(
    "button",
    { type: "button", class: "open", id: `open-${place}` },
    name,
    el("small", {}, el("bdi", { translate: "no" }, product), "\u00a0· ", when(activation)),
  );
  row.addEventListener("click", () => open(activation));
  const bin = iconButton({
    id: `remove-${place}`, picture: "trash-2", onPress: () => void remove(activation),
    name: t("history.removeNamed", { computer: computerName ?? t("history.unnamed") }),
  });
  return el("li", {}, row, bin);
}

/** @param {() => Promise<void>} removeAll */
function askToRemoveAll(removeAll) {
  const all = button({ id: "really-remove-all", label: t("history.reallyRemoveAll"), look: "danger", picture: "trash-2", onPress: removeAll });
  const body = el("div", { class: "sheet-body" }, el("p", {}, t("history.removeAllHint")), all);
  const close = openSheet({ name: "remove-sheet", title: t("history.removeAllTitle"), content: [body] });
  body.append(button({ id: "keep-all", label: t("actions.cancel"), look: "quiet", onPress: close }));
}

/**
 * Keys that this phone fetched earlier; they are here without network.
 *
 * @param {KeptActivation[] | null} activations null: the phone does not say
 * @param {object} actions
 * @param {(activation: KeptActivation) => void} actions.open
 * @param {(activation: KeptActivation) => Promise<void>} actions.remove
 * @param {() => Promise<void>} actions.removeAll
 * @param {() => void} actions.scan
 * @param {() => void} actions.back
 * @returns {import("../screen.js").View}
 */
export function historyView(activations, { open, remove, removeAll, scan, back }) {
  const heading = el("h1", {}, t("history.title"));
  const kept = activations ?? [];
  const lead = t(activations === null ? "history.unread" : kept.length === 0 ? "history.empty" : "history.lead");
  const content = [
    el("div", {}, heading, el("p", { class: "sub" }, lead)),
    kept.length > 0 && el("ul", { class: "kept" }, ...kept.map((each, place) => item(each, place, open, remove))),
    kept.length > 0 && el("p", { class: "sub" }, t("history.why")),
    kept.length === 0 && el("div", { class: "hero" }, el("img", { src: "/pwa/icons/drawing.svg", alt: "", width: 360, height: 120 })),
  ];
  return {
    name: "history", heading, announcement: lead,
    content: /** @type {Node[]} */ (content.filter((part) => part !== false)),
    top: el("header", { class: "back-top" }, iconButton({ id: "back", name: t("actions.back"), picture: "arrow-left", onPress: back })),
    bar: bar(
      button({ id: "scan", label: t("key.scanNext"), picture: "scan-line", onPress: scan }),
      kept.length > 0 && button({ id: "remove-all", label: t("history.removeAll"), look: "quiet", onPress: () => askToRemoveAll(removeAll) }),
    ),
  };
}
