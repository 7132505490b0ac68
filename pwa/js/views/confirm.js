import { el } from "../dom.js";
import { t } from "../i18n.js";
import { bar, button } from "../parts/button.js";
import { computerIdFact, factList, keyFact, named, productFact, validity } from "../parts/facts.js";
import { icon } from "../parts/icon.js";
import { aboutComputer, fitsHeading } from "../parts/names.js";
import { seatPicture } from "../parts/seats.js";

/** @typedef {import("../api.js").ActivationQuestion | import("../api.js").DeactivationQuestion} Question */

/** How each question looks: its sign, and the classes of the page and of what is in it. */
const LOOKS = {
  "activate.new": { sign: "monitor", look: "", tone: "" },
  "activate.active": { sign: "monitor-check", look: "", tone: "" },
  "activate.replaces": { sign: "refresh-cw", look: "", tone: "is-warn" },
  "deactivate.active": { sign: "unplug", look: "is-away", tone: "" },
};

/** @param {Question} question */
function facts({ product, activationKeyEnding, computerId, computerName, ...question }) {
  return factList([
    // A name that the heading holds need not be said twice.
    computerName === null || fitsHeading(computerName) ? null : named(t("facts.computer"), computerName),
    productFact(product),
    "expires" in question ? validity(question.expires) : null,
    keyFact(activationKeyEnding),
    computerIdFact(computerId),
  ]);
}

/**
 * What a tap would do, and the button that does it.
 *
 * @param {Question} question
 * @param {{confirm: () => Promise<void>, cancel: () => void}} actions
 * @returns {import("../screen.js").View}
 */
export function confirmView(question, { confirm, cancel }) {
  const kind = /** @type {keyof typeof LOOKS} */ (`${question.kind}.${question.state}`);
  const words = `confirm.${kind}`;
  const { sign, look, tone } = LOOKS[kind];
  const { total, used, after } = question.seats;
  const isAway = question.kind === "deactivate";
  const heading = el("h1", {}, aboutComputer(`${words}.title`, question.computerName));
  const seats = t(`${words}.seats`, { part: used, after, count: total });
  const line = el("p", { class: "sub" }, seats);
  const picture = seatPicture(question.seats);
  const opening = el(
    "div",
    { class: "act" },
    el("span", { class: "sign" }, icon(sign)),
    heading,
    fitsHeading(question.computerName) || question.computerName === null || isAway ? el("p", {}, t(`${words}.explanation`)) : null,
    el("div", { class: "seat-line" }, ...(isAway ? [picture, line] : [line, picture]).filter((part) => part !== null)),
  );
  return {
    name: `confirm-${question.kind}`, heading, look, tone, content: [opening, facts(question)], announcement: seats,
    bar: bar(
      el("p", { class: "note" }, t("confirm.nothingYet")),
      button({
        id: "confirm", label: t(`${words}.button`), busyLabel: t(`${words}.busy`), look: isAway ? "danger" : "primary",
        picture: isAway ? "unplug" : undefined, onPress: confirm,
      }),
      button({ id: "cancel", label: t("actions.cancel"), look: "quiet", onPress: cancel }),
    ),
  };
}
