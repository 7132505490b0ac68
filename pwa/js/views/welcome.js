import { el } from "../dom.js";
import { t } from "../i18n.js";
import { icon } from "../parts/icon.js";

const STEPS = ["open", "scan", "tap"];

/**
 * Opened without a code, or left with "Done": how to begin.
 *
 * @param {{finished: boolean}} options
 * @returns {import("../screen.js").View}
 */
export function welcomeView({ finished }) {
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
  );
  return { name: "welcome", heading, content: [card], announcement: t(`${words}.lead`) };
}
