/**
 * The one place that puts views on the screen: it moves the focus to the new heading and tells listeners.
 */
import { el, find } from "./dom.js";
import { t } from "./i18n.js";

/**
 * What a view hands to the screen.
 *
 * @typedef {object} View
 * @property {string} name its name in main[data-view]
 * @property {HTMLElement} heading the h1, which receives the focus
 * @property {Node[]} content everything inside <main>, the heading included
 * @property {string} [announcement] what a listener hears besides the heading
 * @property {string} [problem] the code in main[data-problem]
 */

/** @param {string} text */
export function announce(text) {
  find("#announcer").textContent = text;
}

/**
 * Show a view.
 *
 * @param {View} view
 */
export function show(view) {
  const main = find("main");
  main.classList.remove("boot");
  main.dataset.view = view.name;
  if (view.problem === undefined) delete main.dataset.problem;
  else main.dataset.problem = view.problem;
  main.replaceChildren(...view.content);
  document.title = t("page.title", { heading: view.heading.textContent ?? "" });
  view.heading.tabIndex = -1;
  view.heading.focus({ preventScroll: true });
  window.scrollTo(0, 0);
  announce(view.announcement ?? "");
}

/** Fill in what surrounds the views, once the words are there. */
export function dress() {
  const foot = find(".foot");
  foot.replaceChildren(el("p", {}, t("page.footer")));
  foot.hidden = false;
}

/** Say that the page cannot start, in the words of index.html, since the catalogue is not there. */
export function showStuck() {
  find("main").classList.add("is-stuck");
}
