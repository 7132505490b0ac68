import { el } from "../dom.js";
import { dayInWords, t } from "../i18n.js";
import { inlineCode } from "./code.js";
import { longName } from "./names.js";

/** @typedef {{label: string, value: Node | string | (Node | string)[], tall?: boolean}} Fact */

/**
 * A card of labeled values.
 *
 * @param {(Fact | null)[]} facts null entries are left out
 */
export function factList(facts) {
  const rows = facts.filter((fact) => fact !== null);
  return el(
    "dl",
    { class: "facts", "data-card": true },
    ...rows.map(({ label, value, tall }) => el("div", { class: tall && "tall" }, el("dt", {}, label), el("dd", {}, value))),
  );
}

/** @param {string} label @param {string} name @returns {Fact} */
export function named(label, name) {
  const { node, isLong } = longName(name);
  return { label, value: node, tall: isLong };
}

/** @param {string} product @returns {Fact} */
export function productFact(product) {
  return named(t("facts.product"), product);
}

/** The end of the activation key, which is all that may be shown of it. @param {string} ending @returns {Fact} */
export function keyFact(ending) {
  return { label: t("facts.activationKey"), value: [t("facts.endsIn"), inlineCode(ending)] };
}

/** @param {string} computerId @returns {Fact} */
export function computerIdFact(computerId) {
  return { label: t("facts.computerId"), value: inlineCode(computerId), tall: true };
}

/** Until when the license runs. @param {string | null} expires YYYY-MM-DD, or null for one without an end @returns {Fact} */
export function validity(expires) {
  return { label: t("facts.validUntil"), value: expires === null ? t("facts.noEnd") : dayInWords(expires) };
}
