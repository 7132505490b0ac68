import js from "@eslint/js";
import globals from "globals";

const EVERYWHERE = {
  eqeqeq: "error",
  "no-var": "error",
  "prefer-const": "error",
  "no-eval": "error",
  "no-implied-eval": "error",
  "max-lines": ["error", 300],
  "no-unused-vars": ["error", { varsIgnorePattern: "^_", argsIgnorePattern: "^_", ignoreRestSiblings: true }],
  // Nothing is ever markup, and each concern has one door.
  "no-restricted-properties": [
    "error",
    ...["innerHTML", "outerHTML", "insertAdjacentHTML"].map((property) => ({ property })),
    { object: "document", property: "write" },
  ],
  "no-restricted-globals": ["error", "fetch", "XMLHttpRequest", "indexedDB", "localStorage", "sessionStorage", "caches"],
};

// The page works from Safari 14, Chrome 80 and Firefox 78 on, see docs/browsers.md: nothing younger without another way.
const YOUNGER = ["replaceChildren", "hasOwn", "replaceAll", "at", "findLast", "toSorted", "checkVisibility", "showPicker", "requestVideoFrameCallback"];
const OLD_BROWSERS = {
  "no-restricted-syntax": [
    "error",
    { selector: "AssignmentExpression[operator=/^(\\?\\?|\\|\\||&&)=$/]", message: "Chrome 85, Safari 14, Firefox 79." },
    { selector: "CallExpression[callee.property.name='addEventListener'] Property[key.name='signal']", message: "Chrome 88, Safari 15, Firefox 86." },
    ...YOUNGER.map((name) => ({ selector: `CallExpression[callee.property.name='${name}']`, message: "Younger than the page's oldest browsers." })),
  ],
};

/** @param {...string} names what a door may use */
const door = (...names) => ({
  "no-restricted-globals": ["error", ...EVERYWHERE["no-restricted-globals"].slice(1).filter((name) => !names.includes(name))],
});

export default [
  js.configs.recommended,
  { files: ["pwa/js/**/*.js", "static/*.js"], languageOptions: { globals: globals.browser }, rules: EVERYWHERE },
  { files: ["pwa/js/**/*.js"], languageOptions: { ecmaVersion: 2021 }, rules: OLD_BROWSERS },
  { files: ["pwa/js/guard.js", "pwa/js/early.js"], languageOptions: { ecmaVersion: 5, sourceType: "script" }, rules: { "no-var": "off" } },
  { files: ["pwa/js/api.js", "pwa/js/early.js"], rules: door("fetch") },
  { files: ["static/issuing.js", "static/issue_form.js", "static/first_day.js"], rules: door("fetch") },
  { files: ["static/branding.js", "static/letters.js", "static/trying.js"], rules: door("fetch") },
  { files: ["static/palette_sources.js"], rules: door("fetch", "sessionStorage") },
  { files: ["static/keys.js"], rules: door("localStorage") },
  { files: ["pwa/js/store.js"], rules: door("indexedDB", "localStorage") },
  { files: ["pwa/js/token.js"], rules: door("sessionStorage") },
  {
    files: ["pwa/js/views/**/*.js"],
    rules: { "no-restricted-imports": ["error", { patterns: [{ regex: "^\\./", message: "Views do not import each other." }] }] },
  },
  { files: ["pwa/sw.js"], languageOptions: { globals: globals.serviceworker }, rules: { ...EVERYWHERE, ...door("fetch", "caches") } },
];
