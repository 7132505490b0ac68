import { el } from "../dom.js";
import { moment, t } from "../i18n.js";
import { button, buttonColumn, buttonPair } from "../parts/button.js";
import { inlineCode } from "../parts/code.js";
import { icon } from "../parts/icon.js";
import { properName } from "../parts/names.js";

/** @typedef {import("../store.js").KeptActivation} KeptActivation */

/**
 * @param {KeptActivation} activation
 * @param {number} place
 * @param {(activation: KeptActivation) => void} open
 * @param {(activation: KeptActivation) => Promise<void>} remove
 */
function item(activation, place, open, remove) {
  const { computerName, product, computerId, at } = activation;
  const name = computerName === null ? t("history.unnamed") : properName(computerName);
  return el(
    "li",
    {},
    el("h2", {}, name),
    el("p", { class: "hint" }, properName(product), " · ", moment(at), el("br"), inlineCode(computerId)),
    buttonPair(
      button({ id: `open-${place}`, label: t("history.open"), look: "secondary", onPress: () => open(activation) }),
      button({ id: `remove-${place}`, label: t("history.removeOne"), look: "quiet", onPress: () => remove(activation) }),
    ),
  );
}

/**
 * Keys that this phone fetched earlier; they are here without network.
 *
 * @param {KeptActivation[] | null} activations null: the phone does not say
 * @param {object} actions
 * @param {(activation: KeptActivation) => void} actions.open
 * @param {(activation: KeptActivation) => Promise<void>} actions.remove
 * @param {() => Promise<void>} actions.removeAll
 * @param {() => void} actions.back
 * @returns {import("../screen.js").View}
 */
export function historyView(activations, { open, remove, removeAll, back }) {
  const heading = el("h1", {}, t("history.title"));
  const lead = t(activations === null ? "history.unread" : activations.length === 0 ? "history.empty" : "history.lead");
  const items = (activations ?? []).map((kept, place) => item(kept, place, open, remove));
  const card = el(
    "div",
    { class: "card" },
    el("div", { class: "badge" }, icon("history")),
    heading,
    el("p", { class: "lead" }, lead),
    el("p", { class: "explanation" }, t("history.why")),
    items.length > 0 && el("ul", { class: "kept" }, ...items),
    buttonColumn(
      items.length > 0 && button({ id: "remove-all", label: t("history.removeAll"), look: "quiet", onPress: removeAll }),
      button({ id: "back", label: t("actions.back"), look: "secondary", onPress: back }),
    ),
  );
  return { name: "history", heading, content: [card], announcement: lead };
}
