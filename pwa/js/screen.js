/**
 * The one place that puts views on the screen: it moves the focus to the new heading and announces it.
 */
import { el, find } from "./dom.js";
import { languages, t } from "./i18n.js";

/**
 * What a view hands to the screen.
 *
 * @typedef {object} View
 * @property {string} name its name in main[data-view]
 * @property {HTMLElement} heading the h1, which receives the focus
 * @property {Node[]} content everything inside <main>, the heading included
 * @property {string} [announcement] what a listener hears besides the heading
 * @property {string} [problem] the code in main[data-problem]
 * @property {() => void} [leave] what ends when another view takes its place
 */

/** @param {string} text */
export function announce(text) {
  find("#announcer").textContent = text;
}

/** Makes the view on the screen anew, for instance in another language. @type {(() => View) | null} */
let shown = null;

/** @type {(() => void) | undefined} */
let leave;

/**
 * Show a view.
 *
 * @param {() => View} make is called again when the language changes
 */
export function show(make) {
  leave?.();
  for (const dialog of document.querySelectorAll("dialog")) dialog.close();
  shown = make;
  const view = make();
  leave = view.leave;
  const main = find("main");
  main.classList.remove("boot");
  main.dataset.view = view.name;
  if (view.problem === undefined) delete main.dataset.problem;
  else main.dataset.problem = view.problem;
  main.replaceChildren(...view.content);
  document.title = t("page.title", { heading: view.heading.textContent ?? "", vendor: vendorName() });
  view.heading.tabIndex = -1;
  view.heading.focus({ preventScroll: true });
  window.scrollTo(0, 0);
  announce(view.announcement ?? "");
}

/** Show the same view again, with the words of now. */
export function showAgain() {
  if (shown !== null) show(shown);
}

/** The name that the server's settings give the vendor, in index.html. */
function vendorName() {
  return document.body.dataset.vendor || "Keyferry";
}

/** Put the vendor's name and logo at the head of the page, where the settings hold them. */
function showVendor() {
  const { logo } = document.body.dataset;
  find(".brand-name").textContent = vendorName();
  const mark = find(".brand-mark");
  if (logo) mark.setAttribute("src", logo);
  mark.classList.toggle("is-vendor", Boolean(logo));
}

/** @param {(language: string) => void} choose */
function languageSwitch(choose) {
  const options = Object.entries(languages()).map(([tag, name]) =>
    el("option", { value: tag, lang: tag, selected: tag === t("meta.language") }, name),
  );
  const select = el("select", { id: "language" }, ...options);
  select.addEventListener("change", () => choose(select.value));
  return el("label", { class: "language" }, el("span", {}, t("page.language")), select);
}

/**
 * Fill in what surrounds the views, once the words are there.
 *
 * @param {(language: string) => void} choose what a choice of language does
 */
export function dress(choose) {
  const { privacy } = document.body.dataset;
  showVendor();
  const foot = find(".foot");
  foot.replaceChildren(
    languageSwitch(choose),
    ...(privacy ? [el("p", {}, el("a", { id: "privacy", href: privacy, rel: "noreferrer" }, t("page.privacy")))] : []),
    el("p", {}, t("page.footer")),
  );
  foot.hidden = false;
}
