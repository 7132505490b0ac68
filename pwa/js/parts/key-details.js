import { el } from "../dom.js";
import { list, moment, t } from "../i18n.js";
import { button } from "./button.js";
import { computerIdFact, factList, keyFact, named, productFact, validity } from "./facts.js";
import { sayWhetherKept } from "./kept-line.js";
import { openSheet } from "./sheet.js";

/** @typedef {import("../api.js").Activation | import("../store.js").KeptActivation} Given now, or earlier */

/** @param {Given} given */
function facts(given) {
  return factList([
    given.computerName === null ? null : named(t("facts.computer"), given.computerName),
    productFact(given.product),
    validity(given.expires),
    "seats" in given
      ? { label: t("facts.seats"), value: t("facts.seatsInUse", { part: given.seats.used, count: given.seats.total }) }
      : null,
    given.features.length === 0 ? null : named(t("facts.features"), list(given.features)),
    keyFact(given.activationKeyEnding),
    "at" in given ? { label: t("facts.givenAt"), value: moment(given.at) } : null,
    computerIdFact(given.computerId),
  ]);
}

/**
 * What the key is for, whether the phone keeps it, and what else can be done.
 *
 * @param {Given} given
 * @param {object} actions
 * @param {Promise<import("../convenience.js").Outcome<unknown>>} actions.kept
 * @param {() => void} [actions.scanNext]
 * @param {() => Promise<void>} [actions.remove]
 */
export function openKeyDetails(given, { kept, scanNext, remove }) {
  const line = sayWhetherKept(kept, el("p", { class: "sub" }), { yes: "key.kept", no: "key.notKept" });
  const body = el(
    "div",
    { class: "sheet-body" },
    facts(given),
    line,
    scanNext && button({ id: "scan-next", label: t("key.scanNext"), look: "second", picture: "scan-line", onPress: scanNext }),
    remove && button({ id: "remove", label: t("history.remove"), look: "second", picture: "trash-2", onPress: remove }),
  );
  openSheet({ name: "details-sheet", title: t("key.details"), content: [body] });
}
