import { el } from "../dom.js";
import { buzz } from "../haptics.js";
import { t } from "../i18n.js";
import { bar, button } from "../parts/button.js";
import { computerIdFact, factList, keyFact, named, productFact } from "../parts/facts.js";
import { icon } from "../parts/icon.js";
import { aboutComputer, fitsHeading } from "../parts/names.js";
import { seatPicture } from "../parts/seats.js";

/** @param {{state: string, superseded: boolean}} release */
function outcome({ state, superseded }) {
  if (superseded) return "superseded";
  return state === "released" ? "already" : "now";
}

/**
 * The seat is free: by this tap, or by an earlier one; or there is none, since another activation has it.
 *
 * @param {import("../api.js").Release | import("../api.js").DeactivationQuestion} release
 * @param {{finish: () => void, scanNext: () => void}} actions
 * @returns {import("../screen.js").View}
 */
export function releasedView(release, { finish, scanNext }) {
  const kind = outcome(release);
  const words = `released.${kind}`;
  const { total, after } = release.seats;
  const heading = el("h1", {}, aboutComputer(`${words}.title`, release.computerName));
  const happened = t(`${words}.lead`);
  const seats = t("released.seats", { part: after, count: total });
  // What was just freed is drawn beside those in use.
  const drawn = kind === "now" ? { total, used: after, after: Math.min(total, after + 1) } : { total, used: after, after };
  const { computerName } = release;
  const opening = el(
    "div",
    { class: "act" },
    el("span", { class: "sign" }, icon("check")),
    heading,
    el("p", { class: "lead" }, happened),
    el("div", { class: "seat-line" }, seatPicture(drawn, "freed"), el("p", { class: "sub" }, seats)),
  );
  buzz();
  return {
    name: "released", heading, tone: "is-good", announcement: `${happened} ${seats}`,
    content: [
      opening,
      factList([
        computerName === null || fitsHeading(computerName) ? null : named(t("facts.computer"), computerName),
        productFact(release.product), keyFact(release.activationKeyEnding), computerIdFact(release.computerId),
      ]),
      el("p", { class: "sub" }, t(`${words}.next`)),
    ],
    bar: bar(
      button({ id: "finish", label: t("actions.done"), onPress: finish }),
      button({ id: "scan-next", label: t("key.scanNext"), look: "quiet", picture: "scan-line", onPress: scanNext }),
    ),
  };
}
