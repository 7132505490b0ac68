import { el } from "../dom.js";
import { t } from "../i18n.js";
import { button, buttonColumn } from "../parts/button.js";
import { factList, identity } from "../parts/facts.js";
import { icon } from "../parts/icon.js";
import { aboutComputer } from "../parts/names.js";
import { seatPicture, seatSentence } from "../parts/seats.js";

/** @param {{state: string, superseded: boolean}} release */
function outcome({ state, superseded }) {
  if (superseded) return "superseded";
  return state === "released" ? "already" : "now";
}

/**
 * The seat is free: by this tap, or by an earlier one; or there is none, since another activation has it.
 *
 * @param {import("../api.js").Release | import("../api.js").DeactivationQuestion} release
 * @param {{finish: () => void}} actions
 * @returns {import("../screen.js").View}
 */
export function releasedView(release, { finish }) {
  const words = `released.${outcome(release)}`;
  const seats = { total: release.seats.total, used: release.seats.after, after: release.seats.after };
  const heading = el("h1", {}, aboutComputer(`${words}.title`, release.computerName));
  const lead = el("p", { class: "lead" }, seatSentence(`${words}.lead`, seats.used, seats.total));
  const card = el(
    "div",
    { class: "card" },
    el("div", { class: "badge is-good" }, icon("check")),
    el("div", { class: "opening" }, heading, lead, seatPicture(seats)),
    el("h2", {}, t("released.nextTitle")),
    el("p", {}, t(`${words}.next`)),
    factList(identity(release)),
    buttonColumn(button({ id: "finish", label: t("actions.done"), look: "secondary", onPress: finish })),
  );
  return { name: "released", heading, content: [card], announcement: lead.textContent ?? "" };
}
