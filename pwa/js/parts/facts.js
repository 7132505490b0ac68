import { el } from "../dom.js";
import { longDay, t } from "../i18n.js";
import { inlineCode } from "./code.js";
import { properName } from "./names.js";

/** @typedef {[label: string, ...value: (Node | string)[]]} Fact */

/**
 * A list of labeled values.
 *
 * @param {(Fact | null)[]} facts null entries are left out
 */
export function factList(facts) {
  const rows = facts.filter((fact) => fact !== null);
  return el(
    "dl",
    { class: "facts" },
    ...rows.map(([label, ...value]) => el("div", {}, el("dt", {}, label), el("dd", {}, value))),
  );
}

/**
 * What identifies the machine and the license in question.
 *
 * @param {Pick<import("../api.js").Subject, "product" | "computerId" | "activationKeyEnding">} subject
 * @returns {Fact[]}
 */
export function identity({ product, computerId, activationKeyEnding }) {
  return [
    [t("facts.product"), properName(product)],
    [t("facts.computerId"), inlineCode(computerId)],
    [t("facts.activationKey"), el("span", { class: "beside-code" }, t("facts.endsIn")), " ", inlineCode(activationKeyEnding)],
  ];
}

/**
 * The name that the computer gave itself, if it did.
 *
 * @param {string | null} name
 * @returns {Fact | null}
 */
export function computer(name) {
  return name === null ? null : [t("facts.computer"), properName(name)];
}

/**
 * Until when the license runs.
 *
 * @param {string | null} expires YYYY-MM-DD, or null for a license without an end
 * @returns {Fact}
 */
export function validity(expires) {
  return [t("facts.validUntil"), expires === null ? t("facts.noEnd") : longDay(expires)];
}
