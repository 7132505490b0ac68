import { el } from "../dom.js";
import { moment, t } from "../i18n.js";
import { button, buttonColumn, buttonPair } from "../parts/button.js";
import { icon } from "../parts/icon.js";

const STEPS = ["open", "scan", "tap"];

/**
 * @typedef {object} Options
 * @property {boolean} finished whether something was done before
 * @property {import("../store.js").Scan[]} scans that wait for the network
 * @property {number} kept how many keys the phone keeps
 * @property {boolean} unread whether the phone does not say what it keeps
 * @property {() => void} scan
 * @property {() => void} history
 * @property {(token: string) => Promise<void>} resume
 * @property {(token: string) => Promise<void>} remove
 */

/** @param {Options} options */
function waiting({ scans, resume, remove }) {
  if (scans.length === 0) return null;
  const items = scans.map(({ token, at }, place) =>
    el(
      "li",
      {},
      el("p", {}, t("welcome.waiting.scanned", { when: moment(at) })),
      buttonPair(
        button({ id: `resume-${place}`, label: t("welcome.waiting.resume"), onPress: () => resume(token) }),
        button({
          id: `drop-${place}`, label: t("welcome.waiting.remove"), look: "secondary", onPress: () => remove(token),
        }),
      ),
    ),
  );
  const title = el("h2", { id: "waiting" }, t("welcome.waiting.title", { count: scans.length }));
  const hint = el("p", { class: "hint" }, t("welcome.waiting.hint"));
  return el("section", { class: "card is-waiting", "aria-labelledby": title.id }, title, el("ul", { class: "kept" }, ...items), hint);
}

/**
 * Opened without a code, or left with "Done": how to begin.
 *
 * @param {Options} options
 * @returns {import("../screen.js").View}
 */
export function welcomeView(options) {
  const { finished, kept, unread, scan, history } = options;
  const words = finished ? "welcome.finished" : "welcome.first";
  const heading = el("h1", {}, t(`${words}.title`));
  const card = el(
    "div",
    { class: "card" },
    el("div", { class: finished ? "badge is-good" : "badge" }, icon(finished ? "check" : "scan")),
    heading,
    el("p", { class: "lead" }, t(`${words}.lead`)),
    el("h2", {}, t(`${words}.how`)),
    el("ol", { class: "steps" }, ...STEPS.map((step) => el("li", {}, t(`welcome.steps.${step}`)))),
    el("p", { class: "hint" }, t("welcome.promise")),
    unread && el("p", { class: "hint", id: "unread" }, t("welcome.unread")),
    buttonColumn(
      button({ id: "scan", label: t("welcome.scan"), look: "secondary", picture: "scan", onPress: scan }),
      kept > 0 &&
        button({ id: "history", label: t("welcome.history", { count: kept }), look: "secondary", picture: "history", onPress: history }),
    ),
  );
  const content = /** @type {Node[]} */ ([waiting(options), card].filter((part) => part !== null));
  return { name: "welcome", heading, content, announcement: t(`${words}.lead`) };
}
