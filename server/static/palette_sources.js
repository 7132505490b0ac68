/**
 * What the search offers beside what the server finds: what this page can do, and what was opened last in this tab.
 * It is the palette's one way to the server and to the browser's storage.
 */

/** Where the last pages are kept, by their numbers only: until the tab is closed, or its operator signs out. */
const KEPT = "keyferry-recent";
const MOST = 5;
const OF_ONE = /^\/portal\/((?:licenses|computers|customers)\/[1-9]\d*)(?:\/|$)/;

/** @param {string} operator who has opened them; nobody else sees them @returns {string[]} */
export function recent(operator) {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}");
  return kept.operator === operator && Array.isArray(kept.pages) ? kept.pages.filter((/** @type {unknown} */ one) => typeof one === "string") : [];
}

/** Keep that this page was opened. @param {string} operator */
export function remember(operator) {
  const page = OF_ONE.exec(location.pathname)?.[1];
  if (page === undefined) return;
  const pages = [page, ...recent(operator).filter((one) => one !== page)].slice(0, MOST);
  sessionStorage.setItem(KEPT, JSON.stringify({ operator, pages }));
}

/**
 * What the server knows; throws where it knows nothing, as after the session has ended.
 *
 * @param {string} address
 * @param {FormData} body
 * @returns {Promise<Record<string, {name?: string, code?: string, also?: string, whose?: string, said?: string, icon: string, copies?: string, href?: string}[]>>}
 */
export async function answered(address, body) {
  const fields = new URLSearchParams();
  for (const [name, value] of body) if (typeof value === "string") fields.append(name, value);
  const response = await fetch(address, { method: "POST", body: fields, cache: "no-store" });
  if (!response.ok) throw new Error(response.statusText);
  return response.json();
}

/** What this page can do, by its own words: its buttons and its menu. @returns {{name: string, icon: string, key?: string, run: () => void}[]} */
export function here() {
  const first = document.querySelectorAll(".page-top .btn.primary");
  const offered = [...first, ...document.querySelectorAll(".page-top :is(a.btn, button.btn, .menu a, .menu button), main [data-command]")];
  /** @type {Map<string, {name: string, icon: string, key?: string, run: () => void}>} */
  const found = new Map();
  for (const element of offered) {
    if (!(element instanceof HTMLElement) || element.closest("[hidden], [disabled]")) continue;
    const name = (element.dataset.command ?? element.textContent ?? "").replace(/\s+/g, " ").trim().replace(/…$/, "");
    const icon = element.querySelector("use")?.getAttribute("href")?.split("#")[1];
    // A button that stands in the menu on narrow screens, too, is one; there it has a sign.
    const known = found.get(name);
    if (known && icon) known.icon = icon;
    if (known || name === "") continue;
    found.set(name, { name, icon: icon ?? "chevron-right", key: element.getAttribute("aria-keyshortcuts") ?? undefined, run: () => element.click() });
  }
  return [...found.values()];
}

for (const form of document.querySelectorAll("form[data-signs-out]")) {
  form.addEventListener("submit", () => sessionStorage.removeItem(KEPT));
}
