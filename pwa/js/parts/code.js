/**
 * Codes as a person reads them: in groups of five, left to right in every language, never translated. Digits have a color of
 * their own, so that 5 and S, 8 and B, 2 and Z are told apart at a glance.
 */
import { el } from "../dom.js";
import { t } from "../i18n.js";

const GROUPS_IN_A_ROW = 6;

/** Symbols, each run of digits in an element of its own. @param {string} text @returns {(Node | string)[]} */
export function colored(text) {
  return (text.match(/\d+|\D+/g) ?? []).map((run) => (/\d/.test(run) ? el("i", {}, run) : run));
}

/**
 * A code within a line; it breaks between groups only.
 *
 * @param {string} code groups with dashes
 * @param {string} [look]
 */
export function inlineCode(code, look = "") {
  const groups = code.split("-");
  const pieces = groups.flatMap((group, place) =>
    place === groups.length - 1 ? colored(group) : [...colored(group), "-", el("wbr")],
  );
  return el("span", { class: `k ${look}`.trim(), dir: "ltr", translate: "no" }, ...pieces);
}

/**
 * One group, heard symbol by symbol in one go, and not as a word.
 *
 * @param {string} group
 * @param {string} [look]
 */
export function bareGroup(group, look = "") {
  const spelled = group.split("").join(" ");
  return el("span", { class: `k ${look}`.trim(), role: "img", dir: "ltr", translate: "no", "aria-label": spelled }, ...colored(group));
}

/** @param {string} group @param {number} number counted from 1 over the whole key, as the License Wizard counts */
function groupItem(group, number) {
  return el("li", {}, el("span", { class: "n" }, String(number)), bareGroup(group));
}

/**
 * A computer key to be typed, in blocks of six groups: one of a short key, four of a long one.
 *
 * @param {string} key groups with dashes
 */
export function keyBlocks(key) {
  const groups = key.split("-");
  return Array.from({ length: Math.ceil(groups.length / GROUPS_IN_A_ROW) }, (_, row) => {
    const start = row * GROUPS_IN_A_ROW;
    const part = groups.slice(start, start + GROUPS_IN_A_ROW);
    const items = part.map((group, place) => groupItem(group, start + place + 1));
    const named = t("key.groups", { first: start + 1, last: start + part.length });
    return el("ol", { class: "groups", "data-card": true, start: start + 1, translate: "no", "aria-label": named }, ...items);
  });
}

/** How 0 and 1 are read; their digits as they look in a key. */
export function legend() {
  const parts = t("key.reading").split(/([01](?!\d))/);
  const said = parts.map((part) => (/^[01]$/.test(part) ? el("b", { translate: "no" }, part) : part));
  return el("p", { class: "legend" }, ...said);
}
