/**
 * The table of docs/browsers.md: what the phone page uses that is not in every browser, since when each browser has it, and
 * what happens without. Made from MDN's data; run by tests/long/pwa/test_oldest_browsers.py, which compares it with the page.
 */
import data from "@mdn/browser-compat-data" with { type: "json" };

const FLOOR = { chrome: 80, safari: 14, firefox: 78 };

/** What the page cannot do without. Every one must be in the oldest browsers. */
const NEEDED = {
  "javascript.operators.optional_chaining": "",
  "javascript.operators.nullish_coalescing": "",
  "javascript.operators.import": "modules that are loaded when asked for",
  "javascript.grammar.numeric_separators": "",
  "html.elements.script.type.module": "",
  "javascript.builtins.RegExp.dotAll": "",
  "javascript.builtins.Array.flatMap": "",
  "javascript.builtins.Intl.PluralRules": "",
  "api.AbortController": "",
  "api.Element.replaceWith": "",
  "api.HTMLFormElement.reportValidity": "",
  "css.properties.custom-property": "",
  "css.types.min": "",
  "css.types.max": "",
  "css.types.clamp": "",
  "css.properties.grid": "",
};

/** What the page does without, and how. */
const SOFTENED = {
  "html.elements.dialog": "dialogs of the page’s own, with the same keys and focus (`js/modal.js`)",
  "css.selectors.focus-visible": "a ring around whatever has the focus, also after a tap",
  "css.properties.gap.flex_context": "things in a line lie closer together",
  "css.properties.text-wrap.balance": "headings break where they are full",
  "css.types.length.viewport_percentage_units_dynamic": "the lower edge may lie under the browser’s own bar until it is scrolled away",
  "javascript.builtins.Intl.ListFormat": "lists are joined by commas",
  "api.createImageBitmap": "photos are read by way of an image",
  "api.BarcodeDetector": "our own reader, a WebAssembly",
  "http.headers.Content-Security-Policy.script-src.wasm-unsafe-eval": "codes are not read in the page: it says so, and leads to the camera app and to typing",
  "api.WakeLock": "the screen goes off as usual",
  "api.Navigator.share": "no button to share",
  "api.Navigator.vibrate": "no buzz",
  "api.Clipboard.writeText": "the key is shown as selected text",
  "api.SpeechSynthesis": "no button to read aloud",
  "api.Element.animate": "nothing moves",
  "api.MediaDevices.enumerateDevices": "no button for the next camera",
  "api.BeforeInstallPromptEvent": "no button to install; the browser’s own menu has one",
  "api.ServiceWorker": "the page needs a network to open",
};

const BROWSERS = Object.keys(FLOOR);

/** @param {string} path */
function found(path) {
  return path.split(".").reduce((place, step) => place?.[step], data)?.__compat;
}

/** The first version of a browser that has a feature without a switch, "–" where none has. */
function since(compat, browser) {
  const entries = [compat.support[browser] ?? []].flat();
  const plain = entries.filter(({ flags, prefix, alternative_name, partial_implementation, version_removed }) =>
    !flags && !prefix && !alternative_name && !partial_implementation && !version_removed);
  const version = plain.map(({ version_added }) => version_added).find((added) => typeof added === "string");
  return version === undefined ? "–" : version.replace("≤", "");
}

const problems = [];
const line = (cells) => `| ${cells.join(" | ")} |`;

function row(path, words) {
  const compat = found(path);
  if (compat === undefined) return null;
  return { cells: [`\`${path}\``, ...BROWSERS.map((browser) => since(compat, browser)), words], compat };
}

const rows = [];
for (const path of Object.keys(NEEDED)) {
  const made = row(path, "needed");
  if (made === null) problems.push(`MDN no longer knows ${path}`);
  else {
    rows.push(line(made.cells));
    for (const [place, browser] of BROWSERS.entries()) {
      const version = Number.parseFloat(made.cells[place + 1]);
      if (!(version <= FLOOR[browser])) problems.push(`${path} is in ${browser} since ${made.cells[place + 1]} only`);
    }
  }
}
for (const [path, words] of Object.entries(SOFTENED)) {

  const made = row(path, words);
  if (made === null) problems.push(`MDN no longer knows ${path}`);
  else rows.push(line(made.cells));
}

console.log([line(["feature", "Chrome", "Safari", "Firefox", "without it"]), line(["---", "---:", "---:", "---:", "---"]), ...rows].join("\n"));
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
