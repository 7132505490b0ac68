/**
 * Names that customers and vendors chose: kept in their own direction, and out of the reach of translators.
 */
import { el } from "../dom.js";
import { rich, t } from "../i18n.js";

/** Names up to the length that Windows allows its computers are kept in one piece in headings. */
const SHORT_NAME = 15;

/** @param {string} name */
export function properName(name) {
  return el("bdi", { translate: "no", class: name.length <= SHORT_NAME && "is-short-name" }, name);
}

/**
 * A sentence about a computer, which may have no name: the catalog holds both forms.
 *
 * @param {string} key of an entry with the forms `named` and `unnamed`
 * @param {string | null} computerName
 * @returns {(Node | string)[]}
 */
export function aboutComputer(key, computerName) {
  if (computerName === null) return [t(`${key}.unnamed`)];
  return rich(`${key}.named`, { computer: properName(computerName) });
}
